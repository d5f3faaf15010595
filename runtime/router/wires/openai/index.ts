import type { Wire } from "../wire.ts";
import { ChunkAssembler, DeltaAssembler } from "./answer/assembler.ts";
import { OpenAiStreamWriter } from "./answer/writer.ts";
import { ErrorBody, errorBody } from "./envelope.ts";
import { readRequest } from "./request/read.ts";

export { failureInBand, OpenAiScanner } from "./answer/scanner.ts";
export { answerObject, wholeAnswer } from "./answer/whole.ts";
export { type RenderOptions, renderRequest } from "./request/render.ts";
export { usageOf } from "./usage.ts";

/** The OpenAI wire, as clients speak it. */
export const openAiWire: Wire = {
  name: "openai",
  read: readRequest,
  error: errorBody,
  errorSchema: ErrorBody,
  assembler: (from) => (from === "openai" ? new ChunkAssembler() : new DeltaAssembler()),
  writer: (options) => new OpenAiStreamWriter(options),
};
