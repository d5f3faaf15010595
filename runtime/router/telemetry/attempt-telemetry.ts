import type { Answerer, ChatDelta, ChatEvent, ChatRequest } from "../chat/index.ts";
import { redact, withoutKnown } from "../secrets.ts";
import { AnswerContent, inputMessages } from "./content.ts";
import { attribute, providerNames } from "./conventions.ts";
import type { AttemptSeries } from "./metrics.ts";
import { isPresentable } from "./numbers.ts";
import type { TraceHeaders } from "./trace-context.ts";
import type { AttributeWriter, Span } from "./tracer.ts";
import type {
  AttemptCause,
  AttemptEnd,
  AttemptFailure,
  AttemptOutcome,
  AttemptStart,
  AttemptTelemetry,
} from "./types.ts";

/** Characters of one attribute of foreign origin. */
const maxForeign = 256;
/** Characters of a reason. */
export const maxReason = 1_024;

export interface AttemptParts {
  readonly span: Span;
  readonly series: AttemptSeries;
  readonly start: AttemptStart;
  readonly cause: AttemptCause;
  /** From 1. */
  readonly number: number;
  readonly contentRecorded: boolean;
}

interface Ended {
  readonly end: AttemptEnd;
  readonly errorType: string | undefined;
  readonly finishReasons: readonly string[] | undefined;
  readonly answer: string | undefined;
}

/** One attempt at an upstream: its CLIENT span and its numbers. */
export class UpstreamAttempt implements AttemptTelemetry {
  readonly contentRecorded: boolean;
  readonly #parts: AttemptParts;
  readonly #startedAt = performance.now();
  #firstTokenSeconds: number | undefined;
  #answerer: Answerer | undefined;
  #prompt: string | undefined;
  #answer: AnswerContent | undefined;
  #ended = false;

  constructor(parts: AttemptParts) {
    this.#parts = parts;
    this.contentRecorded = parts.contentRecorded && parts.span.recording;
  }

  get headers(): TraceHeaders {
    return this.#parts.span.headers;
  }

  prompt(request: Pick<ChatRequest, "messages">): void {
    if (this.contentRecorded) this.#prompt = inputMessages(request);
  }

  answer(deltas: readonly ChatDelta[]): void {
    if (!this.contentRecorded) return;
    this.#answer ??= new AnswerContent();
    this.#answer.add(deltas);
  }

  firstToken(begun: readonly Pick<ChatEvent, "deltas">[] = []): void {
    this.#firstTokenSeconds ??= this.#seconds();
    if (!this.#parts.span.recording) return;
    // Only as far as need be: what is text alone has not been parsed so far.
    for (const { deltas } of begun) {
      this.#answerer ??= deltas.find((delta) => delta.type === "start");
      if (this.#answerer) return;
    }
  }

  event(name: string): void {
    this.#parts.span.event(name);
  }

  end(end: AttemptEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    const errorType = errorTypeOf(end.outcome, end.failure);
    this.#measure(end, errorType);
    const { span } = this.#parts;
    if (!span.recording) return;
    const reason = withoutKnown(end.failure?.message ?? "").slice(0, maxReason);
    // Read before the span is written: nothing may fail in the middle of that.
    const ended = { end, errorType, finishReasons: end.finishReasons?.(), answer: this.#answer?.messages() };
    span.end((write) => this.#write(write, ended), errorType === undefined ? undefined : reason);
  }

  #measure({ outcome, usage }: AttemptEnd, errorType: string | undefined): void {
    const { series } = this.#parts;
    series.outcomes[outcome].inc();
    if (this.#firstTokenSeconds !== undefined) series.timeToFirstChunk.observe(this.#firstTokenSeconds);
    if (usage) {
      if (isPresentable(usage.prompt_tokens)) series.inputTokens.observe(usage.prompt_tokens);
      if (isPresentable(usage.completion_tokens)) series.outputTokens.observe(usage.completion_tokens);
    }
    // A client that went away says nothing of how long the provider would have taken.
    if (outcome === "client_gone") return;
    (errorType === undefined ? series.duration : series.failedDuration(errorType)).observe(this.#seconds());
  }

  #write(write: AttributeWriter, { end, errorType, finishReasons, answer }: Ended): void {
    const { start, cause, number } = this.#parts;
    const { server } = start;
    const parameters = start.parameters?.();
    const { usage, answerer = this.#answerer } = end;
    write.word(attribute.operation, start.operation);
    write.word(attribute.provider, providerNames[start.backend]);
    write.word(attribute.requestModel, start.model);
    write.flag(attribute.requestStream, start.stream);
    write.number(attribute.requestMaxTokens, parameters?.maxOutputTokens);
    write.number(attribute.requestTemperature, parameters?.temperature);
    write.number(attribute.requestTopP, parameters?.topP);
    write.number(attribute.requestTopK, parameters?.topK);
    write.number(attribute.requestSeed, parameters?.seed);
    write.number(attribute.requestFrequencyPenalty, parameters?.frequencyPenalty);
    write.number(attribute.requestPresencePenalty, parameters?.presencePenalty);
    write.number(attribute.requestChoices, parameters?.choices === 1 ? undefined : parameters?.choices);
    write.word(attribute.serverAddress, server?.address);
    write.number(attribute.serverPort, server?.port);
    write.text(attribute.responseModel, foreign(answerer?.model));
    write.text(attribute.responseId, foreign(answerer?.id));
    write.texts(attribute.responseFinishReasons, finishReasons);
    write.number(attribute.responseTimeToFirstChunk, this.#firstTokenSeconds);
    write.number(attribute.inputTokens, usage?.prompt_tokens);
    write.number(attribute.outputTokens, usage?.completion_tokens);
    write.number(attribute.cacheReadTokens, usage?.cached_tokens);
    write.number(attribute.cacheCreationTokens, usage?.cache_write_tokens);
    write.number(attribute.reasoningTokens, usage?.reasoning_tokens);
    write.word(attribute.errorType, errorType);
    write.word(attribute.backend, start.backend);
    write.word(attribute.outcome, end.outcome);
    write.number(attribute.attemptNumber, number);
    write.word(attribute.attemptCause, cause);
    write.text(attribute.inputMessages, this.#prompt);
    write.text(attribute.outputMessages, answer);
  }

  #seconds(): number {
    return (performance.now() - this.#startedAt) / 1_000;
  }
}

/** Absent where nothing went wrong; a client that goes away is no error of the upstream's. */
function errorTypeOf(outcome: AttemptOutcome, failure: AttemptFailure | undefined): string | undefined {
  if (outcome === "answered" || outcome === "client_gone") return undefined;
  if (failure?.status !== undefined) return String(failure.status);
  return failure?.slow ? "timeout" : outcome;
}

/** Absent where the provider says nothing. */
function foreign(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : redact(text).slice(0, maxForeign);
}
