import { hash } from "node:crypto";
import { type IdempotencyConfig, renderJson } from "../../config/index.ts";
import type { Caller } from "../authenticate.ts";
import { RouterError } from "../errors.ts";
import type { AnswerStore, StoredAnswer } from "./answer-store.ts";
import { type FirstAnswer, FirstAnswers } from "./first-answer.ts";
import { MemoryStore } from "./memory-store.ts";

export const idempotencyHeader = "idempotency-key";

/** A request as far as it decides whether another one is the same. */
export interface Repeatable {
  /** Whose key it was authenticated with. */
  readonly caller: Caller | undefined;
  readonly route: string;
  /** Those that change an answer. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** What a request with an idempotency key gets: the answer that there was, or its turn to be answered. */
export type Begun =
  | { readonly answer: StoredAnswer }
  /** Absent where the store can't be asked, and the configuration allows that. */
  | { readonly first: FirstAnswer | undefined };

/** Answers requests that say who they are by an `idempotency-key` once, and their repeats with the same. */
export class Replays {
  readonly #config: () => IdempotencyConfig;
  readonly #store: AnswerStore;
  readonly #firsts: FirstAnswers;

  /**
   * @param config as it is now; another one is followed without losing what is kept
   * @param store in this process's memory by default
   */
  constructor(config: () => IdempotencyConfig, store: AnswerStore = new MemoryStore(config())) {
    this.#config = config;
    this.#store = store;
    this.#firsts = new FirstAnswers(store, config());
  }

  /** @throws RouterError where the key is none, is another request's, or its request is still running */
  async begin(key: string, request: Repeatable): Promise<Begun> {
    if (!/^[\x20-\x7e]{1,255}$/.test(key)) throw wrong("allowed: 1 to 255 printable ASCII characters");
    const config = this.#config();
    this.#firsts.follow(config);
    const { caller, route, headers, body } = request;
    const name = { tenant: caller?.tenant ?? "", digest: digest(["idempotency", caller?.tenant, caller?.keyId, key]) };
    const fingerprint = digest({ route, headers, body });
    const claim = await this.#store.claim(name, fingerprint);
    if (claim.state === "unknown") return unknown(config);
    if (claim.state === "free") return { first: this.#firsts.of(claim.turn) };
    if (claim.fingerprint !== fingerprint) throw wrong("another request had this key; allowed: one that is new");
    if (claim.state === "running") throw stillRunning();
    return { answer: claim.answer };
  }

  /** Repeats of a tenant's requests are answered anew, and billed again. @throws Error where the store can't be asked */
  forget(tenant: string): Promise<void> {
    return this.#store.forget(tenant);
  }
}

const digest = (value: unknown): string => hash("sha256", renderJson(value));

/** Whoever sends a key would rather ask again later than pay twice. */
function unknown({ onStoreLost }: IdempotencyConfig): Begun {
  if (onStoreLost === "allow") return { first: undefined };
  const message = `${idempotencyHeader}: whether the request was answered before can't be found out now; ask again`;
  throw new RouterError("unavailable", message, { param: idempotencyHeader, headers: { "retry-after": "1" } });
}

function wrong(what: string): RouterError {
  return new RouterError("invalid_request", `${idempotencyHeader}: ${what}`, { param: idempotencyHeader });
}

function stillRunning(): RouterError {
  const message = `${idempotencyHeader}: the request with this key is still being answered; ask again in a moment`;
  return new RouterError("request_running", message, { param: idempotencyHeader, headers: { "retry-after": "1" } });
}
