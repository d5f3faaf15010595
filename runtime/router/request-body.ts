import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { ClientGone } from "./attempt-clock.ts";
import { RouterError } from "./errors.ts";

/** How much more of a body that is too large is read and thrown away, so that its sender gets to read the answer. */
const patienceBytes = 64 * 1024 * 1024;
const patienceMs = 10_000;

type Done = (error: Error | null, value?: unknown) => void;

/**
 * A request's JSON body. A callback and no promise: fastify would turn one into the other once more for each request.
 *
 * @param done is told a RouterError payload_too_large or invalid_request, or ClientGone, or the value
 */
export function readJson(request: IncomingMessage, limit: number, done: Done): void {
  const read = (bytes: Buffer) => {
    if (bytes.length === 0) throw invalid("The body is empty; send a JSON object.");
    if (!isUtf8(bytes)) throw invalid("The body is not UTF-8.");
    try {
      return JSON.parse(bytes.toString("utf8")) as unknown;
    } catch (error) {
      throw invalid(`The body is not JSON: ${(error as Error).message}`);
    }
  };
  readBody(request, limit, done, (bytes) => {
    let value: unknown;
    try {
      value = read(bytes);
    } catch (error) {
      done(error as RouterError);
      return;
    }
    done(null, value);
  });
}

const invalid = (message: string): RouterError => new RouterError("invalid_request", message);

function readBody(
  request: IncomingMessage,
  limit: number,
  failed: (error: Error) => void,
  whole: (bytes: Buffer) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let patience: NodeJS.Timeout | undefined;
  let over = false;
  const end = (tell: () => void) => {
    if (over) return;
    over = true;
    clearTimeout(patience);
    tell();
  };
  const tooLarge = () =>
    end(() =>
      failed(new RouterError("payload_too_large", `The body is larger than ${limit} bytes (limits.maxBodyBytes).`)),
    );
  const refuse = () => {
    chunks.length = 0;
    patience ??= setTimeout(tooLarge, patienceMs);
  };
  if (Number(request.headers["content-length"] ?? 0) > limit) refuse();
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > limit) refuse();
    if (patience === undefined) chunks.push(chunk);
    else if (size > limit + patienceBytes) tooLarge();
  });
  request.on("end", () => {
    if (patience !== undefined) tooLarge();
    else end(() => whole(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
  });
  request.on("error", () => end(() => failed(new ClientGone())));
}
