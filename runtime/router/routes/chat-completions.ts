import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { cached, paid, type RouteDoc } from "../openapi/index.ts";
import { openAiWire } from "../wires/openai/index.ts";
import { answerChat } from "./ask.ts";
import type { RouteParts } from "./respond.ts";
import { checkBody } from "./validate.ts";

const tokens = z.int().min(1).nullish();

/** What the router itself reads of an OpenAI chat request; every other field goes to the provider as it came. */
export const ChatCompletionRequest = z
  .looseObject({
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
  })
  .meta({ title: "ChatCompletionRequest" });

/** What the router itself sees to of an answer; a provider of the same wire may say more. */
export const ChatCompletion = z
  .looseObject({
    id: z.string(),
    object: z.literal("chat.completion"),
    created: z.int(),
    model: z.string(),
    choices: z
      .array(
        z.looseObject({
          index: z.int(),
          message: z.looseObject({ role: z.literal("assistant"), content: z.string().nullish() }),
          finish_reason: z.string().nullable(),
        }),
      )
      .min(1),
    usage: z.looseObject({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() }).nullish(),
  })
  .meta({ title: "ChatCompletion" });

const events = z.string().meta({
  description:
    "Server-sent events: chat.completion.chunk objects, a comment `: router {json}` that says who answered in the end, `[DONE]`; an answer that breaks off ends with an error event instead.",
});

const doc: RouteDoc = {
  summary: "Answers a chat on the OpenAI wire, whole or as a stream.",
  requestHeaders: [...paid.headers, ...cached.headers],
  body: ChatCompletionRequest,
  answers: {
    200: {
      description: "The answer; a stream where the request says so.",
      headers: [...paid.answered, ...cached.answered, "x-router-max-output-tokens"],
      content: { "application/json": ChatCompletion, "text/event-stream": events },
    },
  },
  errors: paid.errors,
};

export function chatCompletions(app: FastifyInstance, parts: RouteParts): void {
  app.post("/v1/chat/completions", { config: { wire: openAiWire, doc } }, (request, reply) => {
    const body = checkBody(ChatCompletionRequest, request.body);
    const includeUsage = body.stream_options?.include_usage === true;
    return answerChat(parts, request, reply, { wire: openAiWire, body, includeUsage, user: body.user ?? undefined });
  });
}
