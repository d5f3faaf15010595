import { z } from "zod";

const most = z.int().min(1).max(1_000_000_000);

export const RateLimits = z.strictObject({
  requestsPerMinute: most.optional(),
  tokensPerMinute: most.optional().meta({
    description: "Input and output. Before an answer an estimate counts, after it what was used.",
  }),
  concurrent: most.optional().meta({ description: "Requests that are being answered at the same time, per router." }),
});
export type RateLimits = z.infer<typeof RateLimits>;

export const RateConfig = z
  .strictObject({
    default: RateLimits.default({}).meta({ description: "Of each API key that has no entry of its own." }),
    keys: z.record(z.string().min(1), RateLimits).default({}).meta({ description: "Of single API keys, by their id." }),
    tenants: z
      .record(z.string().min(1), RateLimits)
      .default({})
      .meta({ description: "Of all keys of a tenant together, beside those of each key." }),
  })
  .prefault({})
  .meta({
    description:
      "How much may be asked in a minute that begins with the first request. Counted in Redis where REDIS_URL is set, and in each router while that can't be asked.",
  });
export type RateConfig = z.infer<typeof RateConfig>;
