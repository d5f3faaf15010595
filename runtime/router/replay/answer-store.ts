/** A whole answer as its client got it, without what belongs to one request alone. */
export interface StoredAnswer {
  readonly kind: "json" | "stream";
  /** Who answered. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The right to answer under a name; ends with one of the two. */
export interface Turn {
  keep(answer: StoredAnswer): Promise<void>;
  /** There is no answer to keep: whoever comes next begins anew. */
  release(): Promise<void>;
}

/** What became of a name. `fingerprint` is that of the request which has it. */
export type Claim =
  | { readonly state: "free"; readonly turn: Turn }
  | { readonly state: "running"; readonly fingerprint: string }
  | { readonly state: "answered"; readonly fingerprint: string; readonly answer: StoredAnswer };

/**
 * Keeps whole answers by names that hold whose they are: no name is ever made for two tenants. Asynchronous, so that
 * several routers can share one; each method is one atomic step. What can't be kept is left out, never an error.
 */
export interface AnswerStore {
  /** A larger body is not kept. */
  readonly maxBodyBytes: number;
  claim(name: string, fingerprint: string): Promise<Claim>;
}
