import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { openAiWire } from "../wires/openai/index.ts";
import { answerChat } from "./ask.ts";
import type { RouteParts } from "./respond.ts";
import { checkBody } from "./validate.ts";

const tokens = z.int().min(1).nullish();

/** What the router itself reads of an OpenAI chat request; every other field goes to the provider as it came. */
export const ChatCompletionRequest = z.looseObject({
  model: z.string().min(1).max(300).meta({ description: "auto, a backend's name, or <backend>/<model>." }),
  messages: z
    .array(
      z.looseObject({
        role: z.string().min(1),
        content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]).nullish(),
      }),
    )
    .min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: tokens,
  max_completion_tokens: tokens,
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  n: z.int().min(1).nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  tools: z.array(z.looseObject({ type: z.string() })).nullish(),
  user: z.string().nullish(),
});

export function chatCompletions(app: FastifyInstance, parts: RouteParts): void {
  app.post("/v1/chat/completions", { config: { wire: openAiWire } }, (request, reply) => {
    const body = checkBody(ChatCompletionRequest, request.body);
    const includeUsage = body.stream_options?.include_usage === true;
    return answerChat(parts, request, reply, { wire: openAiWire, body, includeUsage, user: body.user ?? undefined });
  });
}
