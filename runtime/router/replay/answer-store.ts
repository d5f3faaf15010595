/** Who gave an answer, and what it had cost: what is told of it when it is given again. */
export interface Origin {
  /** When it was whole; milliseconds since 1970. */
  readonly at: number;
  readonly backend: string;
  readonly model: string;
  readonly reason: string;
  readonly maxOutputTokens?: number | undefined;
  readonly costNano: number;
}

/** A whole answer as its client got it, without what belongs to one request alone. */
export interface StoredAnswer {
  readonly kind: "json" | "stream";
  /** Who answered. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly origin?: Origin | undefined;
}

/** A name holds whose it is: none is ever made for two tenants. */
export interface AnswerName {
  readonly tenant: string;
  /** SHA-256 of all else, 64 hexadecimal digits. */
  readonly digest: string;
}

/** The right to answer under a name; ends with one of the two. */
export interface Turn {
  keep(answer: StoredAnswer): Promise<void>;
  /** There is no answer to keep: whoever comes next begins anew. */
  release(): Promise<void>;
}

/**
 * What became of a name. `fingerprint` is that of the request which has it; `era` is another one after the tenant's answers
 * were forgotten, or the store was lost.
 */
export type Claim =
  | { readonly state: "free"; readonly turn: Turn; readonly era: string }
  | { readonly state: "running"; readonly fingerprint: string }
  | {
      readonly state: "answered";
      readonly fingerprint: string;
      readonly answer: StoredAnswer;
      readonly era: string;
    }
  /** The store can't be asked. */
  | { readonly state: "unknown" };

export interface StoreLimits {
  readonly ttlMs: number;
  /** All answers together; of one tenant where routers share the store. */
  readonly maxBytes: number;
  /** Of one answer's body. */
  readonly maxEntryBytes?: number | undefined;
}

/**
 * Keeps whole answers by their names. Asynchronous, so that several routers can share one; each method is one atomic step.
 * What can't be kept is left out, never an error.
 */
export interface AnswerStore {
  /** A larger body is not kept. */
  readonly maxBodyBytes: number;
  /** From now on; what is kept already stays as far as there is room. */
  limit(limits: StoreLimits): void;
  claim(name: AnswerName, fingerprint: string): Promise<Claim>;
  /** Whatever is there: an answer of this turn takes its place. Undefined where the store can't be asked. */
  replace(name: AnswerName, fingerprint: string): Promise<Turn | undefined>;
  /**
   * Drops all answers of a tenant, and those that are under way. From the moment that it begins none of them is found.
   *
   * @throws Error where the store can't be asked: then some may still be there
   */
  forget(tenant: string): Promise<void>;
}

/** No answer takes a larger share of the store than this, so that one does not drop all the others. */
const largestShare = 1 / 8;
/** What an entry takes beside its body: names, headers and the store's own books; bytes, rounded up. */
export const entryBytes = 2_048;

export const largestBody = ({ maxBytes, maxEntryBytes = maxBytes }: StoreLimits): number =>
  Math.min(maxEntryBytes, Math.floor(maxBytes * largestShare) - entryBytes);
