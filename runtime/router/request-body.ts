import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { ClientGone } from "./attempt-clock.ts";
import { RouterError } from "./errors.ts";

/** How much more of a body that is too large is read and thrown away, so that its sender gets to read the answer. */
const patienceBytes = 64 * 1024 * 1024;
const patienceMs = 10_000;

/**
 * A request's JSON body.
 *
 * @throws RouterError payload_too_large or invalid_request; ClientGone
 */
export async function readJson(request: IncomingMessage, limit: number): Promise<unknown> {
  const bytes = await readBody(request, limit);
  if (bytes.length === 0) throw new RouterError("invalid_request", "The body is empty; send a JSON object.");
  if (!isUtf8(bytes)) throw new RouterError("invalid_request", "The body is not UTF-8.");
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new RouterError("invalid_request", `The body is not JSON: ${(error as Error).message}`);
  }
}

function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let patience: NodeJS.Timeout | undefined;
    const tooLarge = () => {
      clearTimeout(patience);
      reject(new RouterError("payload_too_large", `The body is larger than ${limit} bytes (limits.maxBodyBytes).`));
    };
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
      else resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    });
    request.on("error", () => {
      clearTimeout(patience);
      reject(new ClientGone());
    });
  });
}
