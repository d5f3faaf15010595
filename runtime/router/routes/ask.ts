import type { FastifyReply, FastifyRequest } from "fastify";
import type { HybridRouter } from "../hybrid-router.ts";
import type { ChatBody } from "../providers/provider.ts";
import { ClientQuestion } from "../question.ts";
import { newTrail } from "../trail.ts";
import type { Wire } from "../wires/wire.ts";
import { clientSignal, sendStream } from "./client.ts";
import { isSovereign, routerHeaders, stickyKey } from "./exchange.ts";

export interface AskedChat {
  readonly wire: Wire;
  /** Checked by the route's schema. */
  readonly body: ChatBody & { readonly stream?: boolean | null | undefined };
  readonly includeUsage: boolean;
  /** Headers of the client's that belong to its wire. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The end user, as the client names them. */
  readonly user?: string | undefined;
}

/** One chat over HTTP: the same way for every wire. */
export async function answerChat(
  router: HybridRouter,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: AskedChat,
): Promise<FastifyReply> {
  const { wire, body, includeUsage } = asked;
  const trail = newTrail();
  request.exchange.trail = trail;
  const sovereign = isSovereign(request, router.config);
  trail.sovereign = sovereign;
  const order = {
    model: body.model,
    question: new ClientQuestion(wire, body, asked.headers),
    stream: body.stream === true,
    includeUsage,
    sovereign,
    wire,
    stickyKey: stickyKey(request, asked.user),
    client: clientSignal(reply),
    telemetry: request.exchange.telemetry,
  };
  try {
    const answered = await router.answer(order, trail);
    reply.headers(routerHeaders(trail));
    if (answered.kind === "stream") {
      request.exchange.telemetry.streaming();
      return await sendStream(reply, answered.chunks);
    }
    return reply.type("application/json; charset=utf-8").send(answered.bytes);
  } catch (error) {
    reply.headers(routerHeaders(trail));
    throw error;
  }
}
