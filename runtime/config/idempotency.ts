import { z } from "zod";

const week = 7 * 24 * 3_600_000;
const mebibyte = 1_048_576;

export const IdempotencyConfig = z
  .strictObject({
    ttlMs: z
      .int()
      .min(1_000)
      .max(week)
      .default(24 * 3_600_000)
      .meta({ description: "How long an answer is kept for a repeat with the same idempotency-key; milliseconds." }),
    maxBytes: z
      .int()
      .min(mebibyte)
      .max(4_096 * mebibyte)
      .default(64 * mebibyte)
      .meta({
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
