import type { RouterConfig } from "../config/index.ts";
import { attempt, type OpenStream, type Question } from "./attempt.ts";
import { ClientGone } from "./attempt-clock.ts";
import type { Backends } from "./backends.ts";
import { allCloudsDown, brokenOff } from "./errors.ts";
import type { Health } from "./health.ts";
import { withOutputLimit } from "./output-limit.ts";
import { UpstreamFailure } from "./providers/failure.ts";
import type { ChatBody, JsonAnswer } from "./providers/provider.ts";
import { rejected } from "./rejection.ts";
import { chooseTargets, refuseCloud, type Target } from "./targets.ts";
import type { Trail } from "./trail.ts";
import type { Wire } from "./wires/wire.ts";

/** A request that has been authenticated and read. */
export interface Order {
  /** `auto`, `<backend>` or `<backend>/<model>`. */
  readonly model: string;
  readonly body: ChatBody;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  /** The request's own wish to stay with backends of our own; it can only tighten. */
  readonly sovereign: boolean;
  readonly wire: Wire;
  /** Aborted when the client is gone. */
  readonly client: AbortSignal;
}

export type Answer =
  | ({ readonly kind: "json" } & JsonAnswer)
  /** Bytes ready to be sent; ends with the wire's end of a whole answer, or with its error. */
  | { readonly kind: "stream"; readonly chunks: AsyncGenerator<Buffer, void, undefined> };

export interface Router {
  readonly config: RouterConfig;
  readonly backends: Backends;
  readonly health: Health;
  readonly sovereign: boolean;
}

/**
 * The way of a request. Its key has been authenticated before its body was read; from there: choose the targets, call
 * the provider, go on to the next target on failure, settle.
 *
 * @throws RouterError as the client gets it, or ClientGone
 */
export async function answer(router: Router, order: Order, trail: Trail): Promise<Answer> {
  const sovereign = router.sovereign || order.sovereign;
  if (sovereign) refuseCloud(order.model);
  const choice = await router.health.findModel(order.model);
  const plan = chooseTargets(choice, router.backends, router.config.failoverChain, sovereign);
  for (const target of plan.targets) {
    const question = withOutputLimit(order, target.backend);
    begin(trail, target, question);
    try {
      const answered = await attempt(target, question, router.config.deadlines);
      if (answered.kind === "stream") return { kind: "stream", chunks: streamed(answered, target, order.wire, trail) };
      settle(trail, answered);
      return answered;
    } catch (error) {
      moveOn(error, target, trail);
    }
  }
  throw allCloudsDown([...trail.failures, ...plan.passedOver]);
}

/** Forwards a stream that has begun, and says at its end what became of it. */
async function* streamed(
  { events }: OpenStream,
  target: Target,
  wire: Wire,
  trail: Trail,
): AsyncGenerator<Buffer, void> {
  try {
    const end = yield* events;
    settle(trail, end);
    yield wire.streamEnd(end.ending, trail);
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw gone(error, trail);
    note(trail, error, target);
    trail.outcome = "broken_off";
    yield wire.streamError(brokenOff(error.at(target.backend.name, target.model)), trail);
  }
}

function begin(trail: Trail, target: Target, question: Question): void {
  trail.attempts++;
  trail.backend = target.backend.name;
  trail.model = target.model;
  trail.reason = reasonOf(target, trail);
  if (question.maxOutputTokens === undefined) delete trail.maxOutputTokens;
  else trail.maxOutputTokens = question.maxOutputTokens;
}

function settle(trail: Trail, { usage }: Pick<JsonAnswer, "usage"> | { usage: JsonAnswer["usage"] | undefined }): void {
  trail.outcome = "answered";
  if (usage) trail.usage = usage;
}

/** Returns where the next target may answer, throws what the client gets where it may not. */
function moveOn(error: unknown, target: Target, trail: Trail): void {
  if (!(error instanceof UpstreamFailure)) throw gone(error, trail);
  note(trail, error, target);
  if (error.consequence === "reject") throw rejected(error, target);
}

function note(trail: Trail, failure: UpstreamFailure, target: Target): void {
  const told = failure.at(target.backend.name, target.model);
  trail.failures.push(told);
  if (failure.consequence === "alert") trail.alerts.push(told);
}

function gone(error: unknown, trail: Trail): unknown {
  if (error instanceof ClientGone) trail.outcome = "client_gone";
  return error;
}

function reasonOf(target: Target, { failures }: Trail): string {
  const before = failures.map(({ backend, reason }) => `${backend}: ${reason}`).join(", ");
  return before === "" ? target.reason : `${target.reason}; after ${before}`;
}
