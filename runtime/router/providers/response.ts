import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import type { CancelSignal } from "../cancel.ts";

/** So much of a body waits for a slow reader before the provider is made to wait; bytes. */
const highWaterBytes = 64 * 1024;

type Read = IteratorResult<Buffer, undefined>;

/**
 * A response's body as the network brings it. What has come while the reader was busy is read in one piece, and the
 * reader pays for no stream: of each answer this is the part that runs most often. Read once, by one reader.
 */
export class ResponseBody implements AsyncIterableIterator<Buffer, undefined> {
  readonly #controller: Dispatcher.DispatchController;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #ended = false;
  #error: unknown;
  #waiting: { resolve: (read: Read) => void; reject: (error: unknown) => void } | undefined;

  constructor(controller: Dispatcher.DispatchController) {
    this.#controller = controller;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** It ended well, and all of it has been read. */
  get over(): boolean {
    return this.#ended && this.#chunks.length === 0;
  }

  next(): Promise<Read> {
    const [first] = this.#chunks;
    if (first) {
      const value = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
      this.#chunks = [];
      this.#bytes = 0;
      if (this.#controller.paused) this.#controller.resume();
      return Promise.resolve({ value, done: false });
    }
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** Nobody reads on: the connection is closed where the response has not ended. */
  async return(): Promise<Read> {
    if (!this.#ended && this.#error === undefined) this.#controller.abort(new Error("nobody reads the response"));
    return { value: undefined, done: true };
  }

  push(chunk: Buffer): void {
    const waiting = this.#waiting;
    if (waiting) {
      this.#waiting = undefined;
      waiting.resolve({ value: chunk, done: false });
      return;
    }
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes >= highWaterBytes) this.#controller.pause();
  }

  end(): void {
    this.#ended = true;
    this.#waiting?.resolve({ value: undefined, done: true });
  }

  /** What came before can still be read. */
  fail(error: unknown): void {
    this.#error = error;
    this.#waiting?.reject(error);
  }
}

export interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: ResponseBody;
}

/** Sends a request; resolves with the head of its response, rejects with what the connection says or `signal`'s reason. */
export function send(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: CancelSignal,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    let body: ResponseBody | undefined;
    dispatcher.dispatch(options, {
      onRequestStart(controller) {
        const abort = () => controller.abort(signal.reason ?? new Error("aborted"));
        if (signal.aborted) abort();
        else signal.addEventListener("abort", abort, { once: true });
      },
      onResponseStart(controller, status, headers) {
        // 1xx: the response is yet to come.
        if (status < 200) return;
        body = new ResponseBody(controller);
        resolve({ status, headers, body });
      },
      onResponseData(_controller, chunk) {
        body?.push(chunk);
      },
      onResponseEnd() {
        body?.end();
      },
      onResponseError(_controller, error) {
        if (body) body.fail(error);
        else reject(error);
      },
    });
  });
}
