import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { cached, paid, type RouteDoc } from "../openapi/index.ts";
import { anthropicWire } from "../wires/anthropic/index.ts";
import { answerChat } from "./ask.ts";
import type { RouteParts } from "./respond.ts";
import { checkBody } from "./validate.ts";

export const wireHeaderNames = ["anthropic-version", "anthropic-beta"] as const;

const content = z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]);

/** What the router itself reads of an Anthropic chat request; every other field goes to the provider as it came. */
export const MessagesRequest = z.looseObject({
  model: z.string().min(1).max(300).meta({ description: "auto, a backend's name, or <backend>/<model>." }),
  messages: z.array(z.looseObject({ role: z.enum(["user", "assistant", "system"]), content })).min(1),
  max_tokens: z.int().min(1).nullish().meta({ description: "The backend's own limit where it is left out." }),
  system: content.nullish(),
  stream: z.boolean().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_k: z.int().nullish(),
  stop_sequences: z.array(z.string()).nullish(),
  tools: z.array(z.looseObject({ name: z.string().optional() })).nullish(),
  tool_choice: z.looseObject({ type: z.string() }).nullish(),
  thinking: z.looseObject({ type: z.string() }).nullish(),
  output_config: z.looseObject({}).nullish(),
  metadata: z.looseObject({ user_id: z.string().nullish() }).nullish(),
});

/** What the router itself sees to of an answer; Claude may say more. */
export const Message = z
  .looseObject({
    id: z.string(),
    type: z.literal("message"),
    role: z.literal("assistant"),
    model: z.string(),
    content: z.array(z.looseObject({ type: z.string() })),
    stop_reason: z.string().nullable(),
    stop_sequence: z.string().nullish(),
    usage: z.looseObject({ input_tokens: z.int(), output_tokens: z.int() }),
  })
  .meta({ title: "Message" });

const events = z.string().meta({
  description:
    "Server-sent events of the wire, and before message_stop a comment `: router {json}` that says who answered in the end; an answer that breaks off ends with an error event instead.",
});

const doc: RouteDoc = {
  summary: "Answers a chat on the Anthropic wire, whole or as a stream.",
  requestHeaders: [...paid.headers, ...cached.headers, ...wireHeaderNames],
  body: MessagesRequest.meta({ title: "MessagesRequest" }),
  answers: {
    200: {
      description: "The answer; a stream where the request says so.",
      headers: [...paid.answered, ...cached.answered, "x-router-max-output-tokens"],
      content: { "application/json": Message, "text/event-stream": events },
    },
  },
  errors: paid.errors,
};

export function messages(app: FastifyInstance, parts: RouteParts): void {
  app.post("/v1/messages", { config: { wire: anthropicWire, doc } }, (request, reply) => {
    const body = checkBody(MessagesRequest, request.body);
    return answerChat(parts, request, reply, {
      wire: anthropicWire,
      body,
      includeUsage: true,
      headers: wireHeaders(request),
      user: body.metadata?.user_id ?? undefined,
    });
  });
}

/** The version of the wire that the client speaks, and the features beside it that it wants. */
export function wireHeaders({ headers }: FastifyRequest): Record<string, string> {
  return Object.fromEntries(
    wireHeaderNames.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  );
}
