import { UpstreamFailure } from "./providers/failure.ts";

/** The client went away: nobody waits for the answer any more. */
export class ClientGone extends Error {
  override readonly name = "ClientGone";

  constructor() {
    super("the client closed the connection");
  }
}

/**
 * The deadlines of one attempt and the signal that ends it: one for what is waited for now, one for the whole, and the
 * client's own. The signal's reason is the failure.
 */
export class AttemptClock {
  readonly #controller = new AbortController();
  readonly #client: AbortSignal;
  readonly #total: NodeJS.Timeout;
  #stage: NodeJS.Timeout | undefined;

  constructor(client: AbortSignal, totalMs: number) {
    this.#client = client;
    this.#total = setTimeout(() => this.#expire(`no whole answer within ${totalMs} ms`), totalMs);
    if (client.aborted) this.#clientGone();
    else client.addEventListener("abort", this.#clientGone, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Starts to wait for something; the wait before it is over. */
  await(what: string, milliseconds: number): void {
    clearTimeout(this.#stage);
    this.#stage = setTimeout(() => this.#expire(`no ${what} within ${milliseconds} ms`), milliseconds);
  }

  /** What was waited for has come; the same is waited for again. */
  again(): void {
    this.#stage?.refresh();
  }

  /** Ends the attempt: no deadline fires any more, and an upstream that still sends is cut off. */
  end(): void {
    clearTimeout(this.#stage);
    clearTimeout(this.#total);
    this.#client.removeEventListener("abort", this.#clientGone);
    this.#controller.abort(new UpstreamFailure("the attempt is over"));
  }

  readonly #clientGone = () => this.#controller.abort(new ClientGone());

  #expire(message: string): void {
    this.#controller.abort(new UpstreamFailure(message));
  }
}
