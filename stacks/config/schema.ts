import { z } from "zod";
import { configKey } from "./load.ts";
import { StackConfig } from "./stack-config.ts";

/** The JSON Schema of a whole Pulumi.<stack>.yaml, for editors: completion, descriptions and checks as one writes. */
export function stackJsonSchema(): object {
  const stack = z.toJSONSchema(StackConfig, { io: "input", target: "draft-7", unrepresentable: "any" });
  const { $schema: _, ...definition } = stack;
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Pulumi.<stack>.yaml of hybrid-llm",
    type: "object",
    properties: {
      secretsprovider: { type: "string" },
      encryptionsalt: { type: "string" },
      encryptedkey: { type: "string" },
      config: {
        type: "object",
        properties: { [`hybrid-llm:${configKey}`]: definition },
        required: [`hybrid-llm:${configKey}`],
      },
    },
    required: ["config"],
  };
}
