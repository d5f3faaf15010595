import type { Throttle } from "./alerts/index.ts";
import { AttemptClock, ClientGone } from "./attempt-clock.ts";
import type { CancelSignal } from "./cancel.ts";
import { allCloudsDown, type RouterError } from "./errors.ts";
import type { Router } from "./pipeline.ts";
import { failureOfError, UpstreamFailure } from "./providers/failure.ts";
import type { ClientQuestion } from "./question.ts";
import { refusalOf } from "./refusal.ts";
import { rejected } from "./rejection.ts";
import { chooseTargets, refuseCloud, type Target, type TargetPlan } from "./targets.ts";
import type { RequestTelemetry } from "./telemetry/index.ts";
import { estimateTokens } from "./token-estimate.ts";
import { noteAnswer, noteAttempt, noteFailure, type Trail } from "./trail.ts";

/** Counting takes a moment; where it takes longer than this an estimate is worth more. Milliseconds. */
const countMs = 10_000;

export interface CountOrder {
  /** `auto`, `<backend>` or `<backend>/<model>`. */
  readonly model: string;
  readonly question: ClientQuestion;
  readonly sovereign: boolean;
  readonly client: CancelSignal;
  readonly telemetry: RequestTelemetry;
  /** What `auto` means to whoever asks. */
  readonly throttle?: Throttle | undefined;
}

export interface TokenCount {
  readonly tokens: number;
  /** Nobody counted: there is nobody who can, or who did. */
  readonly estimated: boolean;
}

/**
 * How many input tokens a request has for the model that would be asked first. Says nothing of how that model is: its
 * circuit is heeded, and neither opened nor closed.
 *
 * @throws RouterError as the client gets it, or ClientGone
 */
export async function countTokens(router: Router, order: CountOrder, trail: Trail): Promise<TokenCount> {
  const { config, health } = router;
  const sovereign = router.sovereign || order.sovereign;
  if (sovereign) refuseCloud(order.model);
  const choice = await health.findModel(order.model);
  // A count is no sample of how fast a model is, and takes the turn of none.
  const still = { ...config, predictive: { ...config.predictive, enabled: false } };
  const plan = chooseTargets({ ...router, config: still }, choice, order.question, sovereign, order.throttle);
  const target = firstAble(plan, order.question);
  const limitMs = Math.min(countMs, config.deadlines.firstTokenMs);
  const counted = await askIfPossible(target, order, limitMs, trail);
  if (counted === undefined) noteEstimate(trail, target);
  noteAnswer(trail, {});
  return counted === undefined
    ? { tokens: estimateTokens(order.question.request), estimated: true }
    : { tokens: counted, estimated: false };
}

/** The first that can do what the request asks for. */
function firstAble({ targets, passedOver }: TargetPlan, question: ClientQuestion): Target {
  let refusal: RouterError | undefined;
  for (const target of targets) {
    const refused = refusalOf(target.provider.unsupported(question, target.model));
    if (!refused) return target;
    if (target.askedFor) throw refused;
    refusal ??= refused;
  }
  throw refusal ?? allCloudsDown(passedOver);
}

/** Undefined where the provider can't count, is left alone, or failed. */
async function askIfPossible(
  target: Target,
  order: CountOrder,
  limitMs: number,
  trail: Trail,
): Promise<number | undefined> {
  if (!target.provider.countTokens || target.standing.breaker.state !== "closed") return undefined;
  noteAttempt(trail, target, "", undefined);
  try {
    return await ask(target, order, limitMs);
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error;
    noteFailure(trail, error, target);
    if (error.consequence === "reject") throw rejected(error, target);
    return undefined;
  }
}

async function ask({ provider, backend, model }: Target, order: CountOrder, limitMs: number): Promise<number> {
  const clock = new AttemptClock(order.client, limitMs);
  const { question } = order;
  const telemetry = order.telemetry.attempt({ operation: "count_tokens", backend: backend.name, model, stream: false });
  try {
    const asked = provider.countTokens?.({ model, question, trace: { ...telemetry.headers }, signal: clock.signal });
    if (!asked) throw new Error("asked a provider that does not count");
    const tokens = await clock.until(asked);
    telemetry.end({ outcome: "answered" });
    return tokens;
  } catch (error) {
    const cause: unknown = clock.signal.aborted ? clock.signal.reason : error;
    if (cause instanceof ClientGone) {
      telemetry.end({ outcome: "client_gone" });
      throw cause;
    }
    const failure = failureOfError(cause);
    telemetry.end({ outcome: failure.consequence === "reject" ? "rejected" : "failed", failure });
    throw failure;
  } finally {
    clock.end();
  }
}

function noteEstimate(trail: Trail, { backend, model, reason }: Target): void {
  trail.backend = backend.name;
  trail.model = model;
  const failure = trail.failures.at(-1);
  trail.reason = `${reason}; estimated${failure ? ` after ${failure.backend}: ${failure.reason}` : ""}`;
}
