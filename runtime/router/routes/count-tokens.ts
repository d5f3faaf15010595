import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { asking, type RouteDoc } from "../openapi/index.ts";
import { ClientQuestion } from "../question.ts";
import { newTrail } from "../trail.ts";
import { anthropicWire } from "../wires/anthropic/index.ts";
import { clientSignal } from "./client.ts";
import { isSovereign, routerHeaders } from "./exchange.ts";
import { MessagesRequest, wireHeaderNames, wireHeaders } from "./messages.ts";
import type { RouteParts } from "./respond.ts";
import { checkBody } from "./validate.ts";

/** What of a chat request makes its prompt. */
export const CountTokensRequest = MessagesRequest.pick({
  model: true,
  messages: true,
  system: true,
  tools: true,
  tool_choice: true,
  thinking: true,
  output_config: true,
}).meta({ title: "CountTokensRequest" });

export const TokenCountAnswer = z.strictObject({ input_tokens: z.int().min(0) }).meta({ title: "TokenCount" });

const doc: RouteDoc = {
  summary: "Counts a chat's input tokens for the model that would be asked first.",
  description:
    "Claude and Gemini are asked themselves; for others, or where they fail, it is an estimate that says so.",
  requestHeaders: [...asking.headers, ...wireHeaderNames],
  body: CountTokensRequest,
  answers: {
    200: {
      description: "The count.",
      headers: [...asking.answered, "x-router-estimated"],
      content: { "application/json": TokenCountAnswer },
    },
  },
  errors: asking.errors,
};

export function countTokens(app: FastifyInstance, { router }: RouteParts): void {
  app.post("/v1/messages/count_tokens", { config: { wire: anthropicWire, doc } }, async (request, reply) => {
    const body = checkBody(CountTokensRequest, request.body);
    const trail = newTrail();
    request.exchange.trail = trail;
    const sovereign = isSovereign(request, router.config);
    trail.sovereign = sovereign;
    const { tenant = "", keyId = "" } = request.exchange.caller ?? {};
    const order = {
      model: body.model,
      question: new ClientQuestion(anthropicWire, body, wireHeaders(request)),
      sovereign,
      client: clientSignal(reply),
      telemetry: request.exchange.telemetry,
      throttle: router.spending.throttleOf(tenant, keyId),
    };
    try {
      const { tokens, estimated } = await router.countTokens(order, trail);
      if (estimated) reply.header("x-router-estimated", "true");
      return { input_tokens: tokens };
    } finally {
      reply.headers(routerHeaders(trail));
    }
  });
}
