import type { BackendName } from "../../config/index.ts";
import type { Usage } from "../chat/index.ts";
import { type AttemptIdentity, type Ledger, type LedgerUsage, noUsage } from "../ledger/index.ts";
import { type Attempt, type BudgetStore, costOf, type Nanos, type Priced, worstCase } from "../money/index.ts";
import type { UpstreamFailure } from "../providers/failure.ts";
import { openAiThinking } from "../providers/models.ts";
import type { AttemptOutcome } from "../telemetry/index.ts";

/** How an attempt went, as far as its cost depends on it. */
export interface AttemptResult {
  readonly outcome: AttemptOutcome;
  readonly usage?: Usage | undefined;
  readonly failure?: UpstreamFailure | undefined;
  /** Of the answer's text, as far as it came; no token has less than one. */
  readonly producedBytes: number;
  /** It was to come in one piece: what was written until its attempt ended nobody saw. */
  readonly whole?: boolean | undefined;
  /** For how long what came was not read; milliseconds. */
  readonly unreadMs?: number | undefined;
  readonly firstTokenMs?: number | undefined;
}

export interface AttemptAccountParts {
  readonly identity: AttemptIdentity;
  /** Reserved. */
  readonly amount: Nanos;
  readonly priced: Priced | undefined;
  readonly attempt: Attempt;
  readonly store: BudgetStore;
  readonly ledger: Ledger | undefined;
  /** What "always the primary" would cost, where the request let the router choose. */
  readonly primary?: Priced | undefined;
  /** @param firstTokenAt on the clock of `performance.now()` */
  settled(cost: Nanos, estimated: boolean, firstTokenAt: number | undefined): void;
}

/** Tells a store what an attempt cost. Nobody waits for it: what it never hears of it counts in full when it expires. */
export function settle(store: BudgetStore, id: string, cost: Nanos, estimated: boolean): void {
  const settled = store.settle(id, cost, estimated, Date.now());
  if (settled instanceof Promise) settled.catch(() => {});
}

/** What a provider may have written before it heard that nobody listens any more; tokens. */
const unheardTokens = 64;
/** No provider of large models writes faster for one client. */
const tokensPerMs = 1;

/** One attempt's money: settled once, whatever becomes of it. */
export class AttemptAccount {
  readonly #parts: AttemptAccountParts;
  readonly #startedAt = performance.now();
  #over = false;

  constructor(parts: AttemptAccountParts) {
    this.#parts = parts;
  }

  /** Only the first call counts. Nothing here is waited for. */
  end(result: AttemptResult): void {
    if (this.#over) return;
    this.#over = true;
    const { identity, amount, store, ledger, settled } = this.#parts;
    const latencyMs = performance.now() - this.#startedAt;
    const { cost, estimated } = this.#cost(result, latencyMs);
    if (amount > 0 || cost > 0) settle(store, identity.attemptId, cost, estimated);
    const { firstTokenMs } = result;
    settled(cost, estimated, firstTokenMs === undefined ? undefined : this.#startedAt + firstTokenMs);
    ledger?.append({
      ...identity,
      outcome: result.outcome,
      usage: result.usage && isCount(result.usage) ? counted(result.usage) : noUsage,
      costNano: BigInt(cost),
      estimated,
      latencyMs,
      firstTokenMs,
      arbitrageSavedNano: estimated ? undefined : this.#saved(result, cost, latencyMs),
    });
  }

  /** By the same counts: how many tokens another model would have read and written nobody knows. */
  #saved({ outcome, usage }: AttemptResult, cost: Nanos, ms: number): bigint | undefined {
    const { primary } = this.#parts;
    if (primary === undefined || outcome !== "answered" || !usage || !isCount(usage)) return undefined;
    return BigInt(costOf(primary, usage, ms) - cost);
  }

  #cost(result: AttemptResult, ms: number): { cost: Nanos; estimated: boolean } {
    const { outcome, usage, failure, producedBytes, whole, unreadMs = 0 } = result;
    const { priced, amount, attempt } = this.#parts;
    if (!priced || priced.free) return { cost: 0, estimated: false };
    if (usage && isCount(usage)) return { cost: costOf(priced, usage, ms), estimated: false };
    // A provider that answers with an error, or that was never reached, bills nothing; one that had begun to answer does.
    const refused = outcome === "rejected" || failure?.status !== undefined;
    if (failure?.unsent || (refused && producedBytes === 0)) return { cost: 0, estimated: false };
    // Nobody counted: never less than what the provider may have billed, and never more than was reserved.
    if (whole || thinksUnseen(attempt.backend, this.#parts.identity.model, attempt.body))
      return { cost: amount, estimated: true };
    const choices = typeof attempt.body.n === "number" && attempt.body.n > 1 ? attempt.body.n : 1;
    const unheard = unheardTokens + Math.ceil(unreadMs * tokensPerMs);
    const written = Math.min(attempt.maxOutputTokens, Math.ceil((producedBytes + unheard) / choices));
    return {
      cost: Math.min(amount, worstCase(priced, { ...attempt, maxOutputTokens: written }).amount),
      estimated: true,
    };
  }
}

/** A provider may write any number, also 1e400. */
const isCount = ({ prompt_tokens, completion_tokens }: Usage): boolean =>
  Number.isSafeInteger(prompt_tokens) &&
  Number.isSafeInteger(completion_tokens) &&
  prompt_tokens + completion_tokens > 0;

const counted = (usage: Usage): LedgerUsage => ({
  inputTokens: usage.prompt_tokens,
  cachedTokens: usage.cached_tokens ?? 0,
  cacheWriteTokens: usage.cache_write_tokens ?? 0,
  outputTokens: usage.completion_tokens,
  reasoningTokens: usage.reasoning_tokens ?? 0,
});

/** Whether a model may bill thoughts of which nothing, or a summary only, is sent. */
function thinksUnseen(backend: BackendName, model: string, body: Readonly<Record<string, unknown>>): boolean {
  if (backend === "openai") return openAiThinking.able.test(model);
  if (backend === "gemini") return !/^gemini-(?:1|2\.0)/.test(model);
  return backend === "claude" && (body.thinking !== undefined || body.reasoning_effort !== undefined);
}
