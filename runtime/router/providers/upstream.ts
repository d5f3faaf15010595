import type { IncomingHttpHeaders } from "node:http";
import { Pool } from "undici";
import type { CancelSignal } from "../cancel.ts";
import { failureOfError, failureOfStatus, type Rejection, retryAfterOf, UpstreamFailure } from "./failure.ts";
import type { ServerAddress } from "./provider.ts";
import { type Response, type ResponseBody, send } from "./response.ts";

/** No whole answer is larger; beyond it the attempt fails and nothing more is read. */
const maxAnswerBytes = 64 * 1024 * 1024;
/** As much of a provider's error as is read for its reason. */
const maxErrorBytes = 64 * 1024;

export interface UpstreamRequest {
  readonly method: "GET" | "POST";
  /** Below the base URL's own path, e.g. `/chat/completions`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: CancelSignal;
}

/**
 * What an error response means; `body` is its parsed JSON, undefined where it is none.
 *
 * @param retryAfterMs from the response's headers
 */
export type ReadFailure = (status: number, body: unknown, retryAfterMs: number | undefined) => UpstreamFailure;

const byStatus: ReadFailure = (status, body, retryAfterMs) => failureOfStatus(status, reasonOf(body), retryAfterMs);

/** The kept-alive connections to one provider. Every failure is an UpstreamFailure. */
export class Upstream {
  readonly server: ServerAddress;
  readonly #pool: Pool;
  readonly #basePath: string;
  readonly #failureOf: ReadFailure;

  /** @param failureOf where a provider's error bodies say more than their status does */
  constructor(baseUrl: string, connectMs: number, failureOf: ReadFailure = byStatus) {
    this.#failureOf = failureOf;
    const url = new URL(baseUrl);
    const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
    this.server = { address: url.hostname.replace(/^\[|\]$/g, ""), port };
    this.#basePath = url.pathname.replace(/\/+$/, "");
    this.#pool = new Pool(url.origin, {
      connect: { timeout: connectMs },
      allowH2: false,
      // The router's own deadlines apply (attempt-clock.ts), which also cover what these don't.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Resolves with a response whose status is 2xx. */
  async open({ method, path, headers, body, signal }: UpstreamRequest): Promise<Response> {
    try {
      const options = {
        method,
        path: this.#basePath + path,
        headers: { accept: "application/json, text/event-stream", "accept-encoding": "identity", ...headers },
        body: body ?? null,
      };
      const response = await send(this.#pool, options, signal);
      if (response.status < 300) return response;
      throw this.#failureOf(response.status, await errorBody(response), retryAfterOf(response.headers));
    } catch (error) {
      throw signal.aborted ? signal.reason : failureOfError(error);
    }
  }

  /** The whole body of a 2xx response that says it is JSON. */
  async json(request: UpstreamRequest): Promise<Buffer> {
    const { headers, body } = await this.open(request);
    requireType(headers, "application/json");
    try {
      return await collect(body, maxAnswerBytes);
    } catch (error) {
      throw request.signal.aborted ? request.signal.reason : failureOfError(error);
    }
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

export function requireType(headers: IncomingHttpHeaders, expected: string): void {
  const type = String(headers["content-type"] ?? "")
    .split(";")[0]
    ?.trim()
    .toLowerCase();
  if (headers["content-encoding"] && headers["content-encoding"] !== "identity") {
    throw new UpstreamFailure("its answer is compressed though that was not asked for");
  }
  if (type !== expected) throw new UpstreamFailure(`its answer is not ${expected}`);
}

async function collect(body: ResponseBody, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Mostly it comes in one piece, and its end with it.
  for (let read = await body.next(); !read.done; read = await body.next()) {
    size += read.value.length;
    if (size > limit) {
      await body.return();
      throw new UpstreamFailure("its answer is too large");
    }
    chunks.push(read.value);
    if (body.over) break;
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** An error response's JSON, never more than its first part; undefined where it is none. */
async function errorBody({ body }: Response): Promise<unknown> {
  try {
    // Triton writes the error of a stream as an event.
    return JSON.parse((await collect(body, maxErrorBytes)).toString("utf8").replace(/^data: ?/, ""));
  } catch {
    return undefined;
  }
}

/** The provider's reason in an error body of any of the known forms. */
export function reasonOf(value: unknown): Omit<Rejection, "status"> {
  const error = field(value, "error") ?? value;
  const message = typeof error === "string" ? error : field(error, "message");
  const [type, param, code] = [field(error, "type"), field(error, "param"), field(error, "code")];
  return {
    message:
      typeof message === "string" && message !== ""
        ? message.slice(0, 2_000)
        : "The provider refused the request without a reason.",
    ...(typeof type === "string" ? { type } : {}),
    ...(typeof param === "string" ? { param } : {}),
    ...(typeof code === "string" ? { code } : {}),
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
