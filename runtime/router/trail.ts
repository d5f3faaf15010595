import type { ThrottleLevel } from "./alerts/index.ts";
import type { ChatEvent, FinishReason, Usage } from "./chat/index.ts";
import type { BackendFailure } from "./errors.ts";
import type { UpstreamFailure } from "./providers/failure.ts";
import type { Target } from "./targets.ts";

/** What became of one request: grows as it goes through the pipeline, read by the log line. */
export interface Trail {
  backend?: string;
  model?: string;
  /** Why this model; ASCII, fit for a header. */
  reason?: string;
  /** Attempts at backends, the successful one included. */
  attempts: number;
  /** How often a further target went on with an answer that had broken off. */
  continued: number;
  failures: BackendFailure[];
  /** What someone must look after: a refused key, used-up credit, a missing model. */
  alerts: BackendFailure[];
  maxOutputTokens?: number;
  /** Who was asked last, and who would have been first were everybody well and nothing spent. */
  target?: Target;
  meant?: Target | undefined;
  usage?: Usage;
  /** How the answer ended. */
  said?: Ending;
  /** What the response cache had; absent where it was not asked. */
  cache?: "hit" | "miss";
  /** What the answer had cost that was given again, nano-dollars. */
  savedNano?: number;
  /** What was spent so far, nano-dollars; absent before the first attempt is over. */
  costNano?: number;
  /** What `auto` meant, where a budget nears its end. */
  throttle?: ThrottleLevel;
  /** When the first token of the first attempt came that had one; on the clock of `performance.now()`. */
  firstTokenAt?: number;
  /** Only backends of our own may answer, by the request's wish or its tenant's rule. */
  sovereign?: boolean;
  outcome?: "answered" | "broken_off" | "client_gone" | "replayed";
}

/** The end of an answer, as it came. */
export interface Ending {
  readonly usage?: Usage | undefined;
  readonly ending?: readonly ChatEvent[] | undefined;
  readonly finishReasons?: (() => readonly FinishReason[]) | undefined;
}

export const newTrail = (): Trail => ({ attempts: 0, continued: 0, failures: [], alerts: [] });

export function noteAttempt(
  trail: Trail,
  target: Target,
  stickyKey: string,
  maxOutputTokens: number | undefined,
): void {
  trail.attempts++;
  trail.target = target;
  trail.backend = target.backend.name;
  trail.model = target.provider.versioned?.(target.model, stickyKey) ?? target.model;
  trail.reason = reasonOf(target, trail);
  if (maxOutputTokens === undefined) delete trail.maxOutputTokens;
  else trail.maxOutputTokens = maxOutputTokens;
}

export function noteFailure(trail: Trail, failure: UpstreamFailure, target: Target): void {
  const told = failure.at(target.backend.name, target.model);
  trail.failures.push(told);
  if (failure.consequence === "alert") trail.alerts.push(told);
}

/** @param usage of the whole answer, where that is another than its end says */
export function noteAnswer(trail: Trail, said: Ending, usage = said.usage): void {
  trail.outcome = "answered";
  trail.said = said;
  if (usage) trail.usage = usage;
}

function reasonOf(target: Target, { failures }: Trail): string {
  const before = failures.map(({ backend, reason }) => `${backend}: ${reason}`).join(", ");
  return before === "" ? target.reason : `${target.reason}; after ${before}`;
}
