import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { anthropicWire } from "../wires/anthropic/index.ts";
import { answerChat } from "./ask.ts";
import type { RouteParts } from "./respond.ts";
import { checkBody } from "./validate.ts";

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

export function messages(app: FastifyInstance, parts: RouteParts): void {
  app.post("/v1/messages", { config: { wire: anthropicWire } }, (request, reply) => {
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
  const names = ["anthropic-version", "anthropic-beta"] as const;
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  );
}
