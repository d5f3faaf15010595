import { once } from "node:events";
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

/** Sends server-sent events as fast as the client takes them; the upstream is read no faster. */
export async function sendStream(reply: FastifyReply, chunks: AsyncGenerator<Buffer, void>): Promise<FastifyReply> {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    // nginx would collect events otherwise.
    "x-accel-buffering": "no",
  });
  const closed = new AbortController();
  const stop = () => closed.abort();
  raw.once("close", stop);
  try {
    for await (const chunk of chunks) {
      if (raw.destroyed) break;
      if (!raw.write(chunk)) await once(raw, "drain", { signal: closed.signal });
    }
    raw.end();
  } catch (error) {
    if (!closed.signal.aborted) reply.request.exchange.error = error;
    // Never a clean end of a part of an answer.
    raw.destroy();
  } finally {
    raw.off("close", stop);
  }
  return reply;
}
