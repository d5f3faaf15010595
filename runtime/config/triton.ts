import { z } from "zod";

const weight = z.number().min(0).max(1_000_000);

/** One model of a Triton server, as the router asks it. */
const TritonModel = z.strictObject({
  kind: z.enum(["generate", "embed"]).default("generate").meta({
    description: "generate: text in, text out (generate, generate_stream). embed: text in, a vector out (infer).",
  }),
  versions: z
    .record(z.string().regex(/^[1-9][0-9]*$/, "a version number as text"), weight)
    .default({})
    .meta({
      description: "Weights of an A/B test between versions; a user stays with one. None: the server's own policy.",
    }),
  input: z.string().min(1).default("text_input").meta({ description: "The name of the text's tensor." }),
  output: z.string().min(1).default("text_output").meta({ description: "The name of the answer's tensor." }),
  prompt: z.enum(["plain", "chatml", "llama3"]).default("chatml").meta({
    description: "How a conversation becomes one text; plain joins the contents.",
  }),
});

export const TritonConfig = z
  .strictObject({ models: z.record(z.string().min(1), TritonModel).default({}) })
  .meta({ description: "Models of the Triton server, by their names in its repository." });
export type TritonConfig = z.infer<typeof TritonConfig>;
