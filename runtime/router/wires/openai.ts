import type { RouterError } from "../errors.ts";
import { withoutKnown } from "../secrets.ts";
import type { Trail } from "../trail.ts";
import type { Wire } from "./wire.ts";

/** The OpenAI wire's own forms. */
export const openAiWire: Wire = {
  error: (error) => envelope(error),
  streamEnd: (ending, trail) =>
    Buffer.concat([ending, Buffer.from(`: router ${JSON.stringify(finalWord(trail))}\n\ndata: [DONE]\n\n`)]),
  streamError: (error, trail) =>
    Buffer.from(`: router ${JSON.stringify(finalWord(trail))}\n\ndata: ${JSON.stringify(envelope(error))}\n\n`),
};

function envelope(error: RouterError): object {
  const { param, backends } = error.details;
  return {
    error: {
      message: withoutKnown(error.message),
      type: error.type,
      param: param ?? null,
      code: error.code,
      ...(backends ? { backends } : {}),
    },
  };
}

function finalWord({ backend, model, attempts, reason }: Trail): object {
  return { backend, model, attempts, reason };
}
