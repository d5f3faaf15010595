import type { RetryConfig } from "../config/index.ts";
import type { CancelSignal } from "./cancel.ts";
import type { Unsupported } from "./chat/index.ts";
import { allCloudsDown, type BackendFailure, type RouterError, rateLimited } from "./errors.ts";
import { PassedOver } from "./passed-over.ts";
import { UpstreamFailure } from "./providers/failure.ts";
import { refusalOf } from "./refusal.ts";
import { rejected } from "./rejection.ts";
import { backoffMs, type Permit } from "./reliability/index.ts";
import type { Target, TargetPlan } from "./targets.ts";
import { noteFailure, type Trail } from "./trail.ts";

export interface WalkRules {
  readonly retries: RetryConfig;
  /** When the whole request must be over; on the clock of `performance.now()`. */
  readonly endsAt: number;
  /** Aborted when the client is gone. */
  readonly client: CancelSignal;
}

/** Asks one target after the other, each again as its failures allow, until one answers. */
export class Walk {
  readonly #targets: Target[];
  readonly #passedOver: BackendFailure[];
  readonly #lacking: (target: Target) => readonly Unsupported[];
  readonly #rules: WalkRules;
  readonly #trail: Trail;
  #next = 0;
  /** What the client gets where no larger model took its request. */
  #rejection: RouterError | undefined;
  #shortestPauseMs = Number.POSITIVE_INFINITY;
  /** Of #passedOver: those that the plan had passed over already. */
  readonly #planned: number;
  /** Whoever was asked, or would have been, has had enough requests for now; nobody failed in another way. */
  #limited = true;
  #waited = false;
  #repeated = false;

  /** @param lacking what of the request a target can't do */
  constructor(plan: TargetPlan, lacking: (target: Target) => readonly Unsupported[], rules: WalkRules, trail: Trail) {
    this.#targets = [...plan.targets];
    this.#passedOver = [...plan.passedOver];
    this.#planned = plan.passedOver.length;
    this.#lacking = lacking;
    this.#rules = rules;
    this.#trail = trail;
  }

  /**
   * @param attempt resolves with an answer, or rejects with what its failure means
   * @throws RouterError as the client gets it, or ClientGone
   */
  async ask<Answer extends object>(attempt: (target: Target, permit: Permit) => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const target = this.#targets[this.#next];
      if (!target) {
        if (await this.#waitsForBreaker()) continue;
        throw this.#exhausted();
      }
      const answer = this.#canDo(target) ? await this.#askOne(target, attempt) : undefined;
      if (answer) return answer;
      this.#next++;
    }
  }

  /** The target that answered broke off: the next may go on, and where there is none, once, the same again. */
  leave(target: Target): void {
    this.#limited = false;
    this.#next++;
    if (this.#next < this.#targets.length || this.#repeated) return;
    this.#repeated = true;
    this.#targets.push(target);
  }

  async #askOne<Answer extends object>(
    target: Target,
    attempt: (target: Target, permit: Permit) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    target.backend.retryBudget.request();
    for (let retry = 0; ; retry++) {
      // Its key may have been revoked since the plan was made.
      const off = target.backend.disabled();
      if (off !== undefined) {
        this.#limited = false;
        this.#passOver(target, off);
        return undefined;
      }
      const permit = target.standing.breaker.acquire();
      if (!permit) return this.#refusedByBreaker(target);
      try {
        return await attempt(target, permit);
      } catch (error) {
        if (error instanceof PassedOver) return this.#notAsked(error, target, permit);
        if (!(error instanceof UpstreamFailure)) throw error;
        noteFailure(this.#trail, error, target);
        this.#limited &&= error.limited;
        if (error.consequence === "reject") this.#reject(error, target);
        const waitMs = this.#retryIn(error, target, retry, permit);
        if (waitMs === undefined) return undefined;
        await this.#pause(waitMs);
      }
    }
  }

  /** Milliseconds until the same target is asked again; undefined where the next one is. */
  #retryIn(failure: UpstreamFailure, target: Target, retry: number, permit: Permit): number | undefined {
    const { retries, endsAt } = this.#rules;
    if (!failure.retryable || retry >= retries.max || permit.probe) return undefined;
    if ((failure.retryAfterMs ?? 0) > retries.maxRetryAfterMs) return undefined;
    const waitMs = backoffMs(retry, retries, failure.retryAfterMs);
    if (performance.now() + waitMs >= endsAt || !target.backend.retryBudget.take()) return undefined;
    return waitMs;
  }

  #notAsked({ message, refusal, final }: PassedOver, target: Target, permit: Permit): undefined {
    target.standing.released(permit);
    if (final && refusal) throw refusal;
    this.#limited = false;
    this.#rejection ??= refusal;
    this.#passOver(target, message);
  }

  #refusedByBreaker(target: Target): undefined {
    const { nextProbeMs, limited } = target.standing.breaker;
    this.#limited &&= limited;
    this.#shortestPauseMs = Math.min(this.#shortestPauseMs, nextProbeMs);
    const when = nextProbeMs > 0 ? `, next probe in ${Math.ceil(nextProbeMs / 1000)} s` : ", being probed now";
    this.#passOver(target, `its circuit is open${when}`);
  }

  /** What a target can't do is a clear answer where it was asked for by name, and no reason to fail elsewhere. */
  #canDo(target: Target): boolean {
    const refusal = refusalOf(this.#lacking(target));
    if (!refusal) return true;
    if (target.askedFor) throw refusal;
    this.#rejection ??= refusal;
    this.#passOver(target, refusal.message);
    return false;
  }

  /** A request that is too long may fit a larger model; any other refusal is the client's. */
  #reject(failure: UpstreamFailure, target: Target): void {
    const refusal = rejected(failure, target);
    if (failure.rejection?.kind !== "context_length") throw refusal;
    this.#rejection = refusal;
  }

  #passOver(target: Target, reason: string): void {
    this.#passedOver.push({ backend: target.backend.name, model: target.model, reason });
  }

  /** Where only breakers stand in the way and one of them may be probed soon, waiting is better than refusing. */
  async #waitsForBreaker(): Promise<boolean> {
    const waitMs = backoffMs(0, this.#rules.retries, this.#shortestPauseMs);
    const soon = this.#shortestPauseMs <= this.#rules.retries.maxRetryAfterMs;
    if (this.#waited || !soon || performance.now() + waitMs >= this.#rules.endsAt) return false;
    this.#waited = true;
    this.#next = 0;
    this.#passedOver.length = this.#planned;
    this.#shortestPauseMs = Number.POSITIVE_INFINITY;
    await this.#pause(waitMs);
    return true;
  }

  #exhausted(): RouterError {
    if (this.#rejection) return this.#rejection;
    const reasons = [...this.#trail.failures, ...this.#passedOver];
    if (!this.#limited || this.#targets.length === 0) return allCloudsDown(reasons, this.#shortestPauseMs);
    // One that named no pause can be asked again at once.
    const waits = this.#targets.map(({ standing }) => standing.breaker.nextProbeMs);
    return rateLimited(reasons, Math.min(...waits));
  }

  /** Never shorter: a timer counts from the time at which a busy loop last looked at the clock, and can be early. */
  #pause(milliseconds: number): Promise<void> {
    const { client } = this.#rules;
    const until = performance.now() + milliseconds;
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const gone = () => {
        clearTimeout(timer);
        reject(client.reason);
      };
      const wait = () => {
        const left = until - performance.now();
        if (left > 0) {
          timer = setTimeout(wait, Math.ceil(left));
          return;
        }
        client.removeEventListener("abort", gone);
        resolve();
      };
      client.addEventListener("abort", gone, { once: true });
      if (client.aborted) gone();
      else wait();
    });
  }
}
