import type { FastifyReply, FastifyRequest } from "fastify";
import type { ChatBody } from "../providers/provider.ts";
import { ClientQuestion } from "../question.ts";
import type { Wire } from "../wires/wire.ts";
import { clientSignal } from "./client.ts";
import { bytesOf, isSovereign, stickyKey } from "./exchange.ts";
import { type RouteParts, respond } from "./respond.ts";

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
export function answerChat(
  parts: RouteParts,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: AskedChat,
): Promise<FastifyReply> {
  const { router } = parts;
  const { wire, body, includeUsage } = asked;
  const sovereign = isSovereign(request, router.config);
  return respond(parts, request, reply, (trail, account) => {
    trail.sovereign = sovereign;
    const order = {
      model: body.model,
      question: new ClientQuestion(wire, body, asked.headers, bytesOf(request)),
      stream: body.stream === true,
      includeUsage,
      sovereign,
      wire,
      stickyKey: stickyKey(request, asked.user),
      client: clientSignal(reply),
      telemetry: request.exchange.telemetry,
      account,
    };
    return router.answer(order, trail);
  });
}
