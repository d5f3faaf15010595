import { z } from "zod";
import { milliseconds } from "./names.ts";
import { SecretSource } from "./secret-source.ts";

const percent = z.int().min(1).max(100);

export const AlertConfig = z
  .strictObject({
    thresholds: z
      .array(percent)
      .max(20)
      .default([50, 80, 95])
      .meta({ description: "Per cent of a budget; crossing one is told once in each of its periods. [] tells none." }),
    forecast: z.boolean().default(true).meta({
      description:
        "Also tells once, before the last threshold, that a budget will be exhausted before it begins anew if spending goes on like this.",
    }),
    webhook: SecretSource.optional().meta({
      description:
        "Where the URL is found that alerts are posted to; it may hold a token and is never shown. Without one they are log lines.",
    }),
    signatureSecret: SecretSource.optional().meta({
      description:
        "What alerts are signed with, as the Standard Webhooks specification has it; whsec_<base64>, or any text.",
    }),
    timeoutMs: milliseconds.default(5_000).meta({ description: "The deadline of one attempt to deliver." }),
    retries: z.int().min(0).max(20).default(8).meta({
      description:
        "Further attempts. Full jitter: the wait before retry n is random between 0 and min(capMs, baseMs * 2^n).",
    }),
    baseMs: milliseconds.default(1_000),
    capMs: milliseconds.default(60_000),
  })
  .prefault({})
  .meta({ description: "Who is told that a budget is being used up." });
export type AlertConfig = z.infer<typeof AlertConfig>;

export const ThrottleConfig = z
  .strictObject({
    cheaperFromPercent: percent.optional().meta({
      description: "From here on auto takes the next cheaper model first. Absent: never.",
    }),
    localFromPercent: percent.optional().meta({
      description: "From here on auto asks models of our own only, where there are any. Absent: never.",
    }),
  })
  .default({ cheaperFromPercent: 80, localFromPercent: 95 })
  .meta({
    description:
      "What auto means once so many per cent of a budget are spent: that of the key, its tenant or the stack, whichever is nearest to its end. A request that names its model is not touched. {} switches it off.",
  });
export type ThrottleConfig = z.infer<typeof ThrottleConfig>;
