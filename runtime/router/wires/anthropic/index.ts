import type { Wire } from "../wire.ts";
import { createAssembler } from "./assembler.ts";
import { ErrorEnvelope, envelope } from "./error.ts";
import { readRequest } from "./read.ts";
import { createWriter } from "./writer.ts";

export { AnthropicEvent } from "./event.ts";
export { given, isObject, type JsonObject } from "./json.ts";
export { signatureOf } from "./signature.ts";
export { dataOf } from "./sse.ts";
export { toolUseId } from "./tool-use-id.ts";
export { usageOf } from "./usage.ts";

/** Anthropic's Messages, as clients speak them. */
export const anthropicWire: Wire = {
  name: "anthropic",
  read: readRequest,
  error: envelope,
  errorSchema: ErrorEnvelope,
  assembler: createAssembler,
  writer: createWriter,
};
