import type { ServerResponse } from "node:http";
import type { FastifyReply } from "fastify";
import { ClientGone } from "../attempt-clock.ts";
import { Canceller, type CancelSignal } from "../cancel.ts";

/** Aborted when the client closes its connection before it has its answer. */
export function clientSignal(reply: FastifyReply): CancelSignal {
  const gone = new Canceller();
  const { raw } = reply;
  if (raw.destroyed) gone.abort(new ClientGone());
  raw.once("close", () => {
    if (!raw.writableFinished) gone.abort(new ClientGone());
  });
  return gone;
}

type Headers = Readonly<Record<string, string>>;

/** Sends a whole body. Fastify's own way would look at it once more for each of its hooks, of which there are none. */
export function sendBody(reply: FastifyReply, headers: Headers, type: string, body: Buffer): FastifyReply {
  reply.hijack();
  const own = { "content-type": type, "content-length": String(body.length) };
  reply.raw.writeHead(200, { ...(reply.getHeaders() as Headers), ...headers, ...own }).end(body);
  return reply;
}

/** Sends server-sent events as fast as the client takes them; the upstream is read no faster. */
export async function sendStream(
  reply: FastifyReply,
  headers: Headers,
  chunks: AsyncGenerator<Buffer, void>,
): Promise<FastifyReply> {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Headers),
    ...headers,
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    // nginx would collect events otherwise.
    "x-accel-buffering": "no",
  });
  try {
    for await (const chunk of chunks) {
      if (raw.destroyed) break;
      if (!raw.write(chunk)) await drained(raw);
    }
    raw.end();
  } catch (error) {
    if (!raw.destroyed) reply.request.exchange.error = error;
    // Never a clean end of a part of an answer.
    raw.destroy();
  }
  return reply;
}

/** Resolves once more can be written, or nothing can any more. */
function drained(raw: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      raw.off("drain", done);
      raw.off("close", done);
      resolve();
    };
    raw.once("drain", done);
    raw.once("close", done);
    if (raw.destroyed) done();
  });
}
