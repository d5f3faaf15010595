import { z } from "zod";
import { keptBytes, keptMs } from "./kept-answers.ts";

export const IdempotencyConfig = z
  .strictObject({
    ttlMs: keptMs.default(24 * 3_600_000).meta({
      description: "How long an answer is kept for a repeat with the same idempotency-key; milliseconds.",
    }),
    maxBytes: keptBytes.meta({
      description:
        "In Redis the answers of each tenant, in memory all of them together, oldest dropped first; one that is larger than an eighth is not kept.",
    }),
    onStoreLost: z.enum(["refuse", "allow"]).default("refuse").meta({
      description:
        "What becomes of requests with an idempotency-key while Redis can't be asked; allow answers them anew, and bills a repeat again.",
    }),
  })
  .prefault({})
  .meta({
    description:
      "Answers to requests with an idempotency-key, in Redis where there is one and else in this process's memory.",
  });
export type IdempotencyConfig = z.infer<typeof IdempotencyConfig>;
