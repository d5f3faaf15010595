import { toDollars } from "../money/index.ts";
import { withoutKnown } from "../secrets.ts";
import { maxReason, UpstreamAttempt } from "./attempt-telemetry.ts";
import { causeOf } from "./cause.ts";
import { attribute, httpMethod } from "./conventions.ts";
import type { RouterMetrics } from "./metrics.ts";
import type { AttributeWriter, Span } from "./tracer.ts";
import type { AttemptStart, AttemptTelemetry, RequestEnd, RequestStart, RequestTelemetry } from "./types.ts";

export interface RequestParts {
  readonly span: Span;
  readonly metrics: RouterMetrics;
  readonly start: RequestStart;
  readonly scheme: "http" | "https";
  readonly contentRecorded: boolean;
}

type Target = Pick<AttemptStart, "backend" | "model">;

/** A request's label where no route takes it. */
const noRoute = "none";

/** One request to the router: its SERVER span and its numbers. */
export class ServedRequest implements RequestTelemetry {
  readonly #parts: RequestParts;
  readonly #startedAt = performance.now();
  #attempts = 0;
  #last: Target | undefined;
  #streaming = false;
  #ended = false;

  constructor(parts: RequestParts) {
    this.#parts = parts;
    parts.metrics.requestsActive++;
  }

  attempt(start: AttemptStart): AttemptTelemetry {
    const { span, metrics, contentRecorded } = this.#parts;
    const { operation, backend, model } = start;
    const series = metrics.attempt(operation, backend, model);
    const before = this.#last;
    this.#last = start;
    this.#attempts++;
    const cause = causeOf(start, before);
    if (cause === "retry") series.retries.inc();
    if (before && cause === "failover") metrics.failovers(before.backend, backend).inc();
    if (before && cause === "continuation") metrics.continuations(before.backend, backend).inc();
    const child = span.child(`${operation} ${model}`);
    return new UpstreamAttempt({ span: child, series, start, cause, number: this.#attempts, contentRecorded });
  }

  streaming(): void {
    if (this.#streaming || this.#ended) return;
    this.#streaming = true;
    this.#parts.metrics.streamsOpen++;
  }

  end(end: RequestEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#measure(end);
    const { span } = this.#parts;
    if (!span.recording) return;
    span.end((write) => this.#attributes(end, write), errorTypeOf(end) === undefined ? undefined : "");
  }

  #measure({ status, wire, error, cache, savedNano }: RequestEnd): void {
    const { metrics, start } = this.#parts;
    const route = start.route ?? noRoute;
    metrics.requestsActive--;
    if (this.#streaming) metrics.streamsOpen--;
    metrics.requests(route, String(status), wire ?? "").inc();
    metrics.requestDuration(route).observe((performance.now() - this.#startedAt) / 1_000);
    if (error !== undefined && status < 500) metrics.rejected(error).inc();
    if (cache !== undefined) metrics.cached(cache).inc();
    if (savedNano !== undefined) metrics.cacheSaved().inc(toDollars(savedNano));
  }

  #attributes(end: RequestEnd, write: AttributeWriter): void {
    const { start, scheme } = this.#parts;
    write.word(attribute.httpMethod, httpMethod(start.method));
    write.word(attribute.httpRoute, start.route);
    // The pattern here too: what stands in its places may be personal.
    write.word(attribute.urlPath, start.route);
    write.word(attribute.urlScheme, scheme);
    // 499 is the router's own word for a client that left; it was never sent.
    write.number(attribute.httpStatus, end.status === 499 ? undefined : end.status);
    write.word(attribute.errorType, errorTypeOf(end));
    write.text(attribute.requestId, start.requestId);
    write.word(attribute.tenant, end.caller?.tenant);
    write.word(attribute.keyId, end.caller?.keyId);
    write.word(attribute.wire, end.wire);
    write.word(attribute.backend, end.backend);
    write.word(attribute.model, end.model);
    write.text(attribute.reason, end.reason === undefined ? undefined : withoutKnown(end.reason).slice(0, maxReason));
    write.word(attribute.outcome, end.outcome);
    write.word(attribute.errorCode, end.error);
    write.number(attribute.attempts, end.attempts);
    write.word(attribute.cache, end.cache);
    write.flag(attribute.sovereign, end.sovereign);
    write.word(attribute.throttle, end.throttle);
    write.flag(attribute.streamed, this.#streaming);
    write.number(attribute.totalInputTokens, end.usage?.prompt_tokens);
    write.number(attribute.totalOutputTokens, end.usage?.completion_tokens);
    write.number(attribute.costUsd, end.costNano === undefined ? undefined : toDollars(end.costNano));
  }
}

/** A client's own mistake is no error of the server's; a stream that breaks off is one, although its status was 200. */
function errorTypeOf({ status, outcome }: RequestEnd): string | undefined {
  if (outcome === "broken_off") return "broken_off";
  return status >= 500 ? String(status) : undefined;
}
