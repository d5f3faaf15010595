import { z } from "zod";
import { AlertConfig, ThrottleConfig } from "./alerts.ts";
import { milliseconds, modelAddress } from "./names.ts";

const dollars = z.number().min(0).max(1_000_000);

const zone = z.string().refine(isTimeZone, { error: "an IANA time zone, for example Europe/Berlin" });

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

export const PeriodBudgets = z.strictObject({
  day: dollars.optional(),
  week: dollars.optional().meta({ description: "From Monday." }),
  month: dollars.optional(),
});
export type PeriodBudgets = z.infer<typeof PeriodBudgets>;

/** US dollars a day that all requests together may cost where nothing else is said. */
export const defaultDailyUsd = 50;

export const BudgetConfig = z
  .strictObject({
    timezone: zone.default("UTC").meta({ description: "Where days, weeks and months begin; an IANA time zone." }),
    stack: PeriodBudgets.default({ day: defaultDailyUsd }).meta({
      description: "What all requests together may cost. {} sets no limit.",
    }),
    tenants: z
      .record(z.string().min(1), PeriodBudgets)
      .default({})
      .meta({ description: "What the requests of single tenants may cost." }),
    keys: z
      .record(z.string().min(1), PeriodBudgets)
      .default({})
      .meta({ description: "What the requests of single API keys may cost, by the key's id." }),
    request: dollars.optional().meta({ description: "What one request may cost, with all its attempts." }),
    alerts: AlertConfig,
    throttle: ThrottleConfig,
    key: z
      .string()
      .regex(/^[A-Za-z0-9_.:-]{1,64}$/, "1 to 64 letters, digits and _ . : -")
      .default("daily_spend")
      .meta({
        description:
          "The Redis key with today's spending in dollars, and the hash tag of all others; one for each stack that shares a Redis.",
      }),
    fileTokens: z.int().min(1).max(10_000_000).default(1_048_576).meta({
      description:
        "What is reserved for a document or another part of a request whose tokens its size doesn't bound; the largest context of the built-in models by default.",
    }),
    onStoreLost: z.enum(["refuse", "allow"]).default("refuse").meta({
      description:
        "What happens to paid requests while Redis can't be asked or its counters are gone; allow counts them later and can exceed a limit.",
    }),
    commandTimeoutMs: milliseconds.default(1_000).meta({ description: "The deadline of each command to Redis." }),
    rebuildTimeoutMs: milliseconds.default(30_000).meta({
      description: "How long one router may take to rebuild lost counters before another tries.",
    }),
    rebuildGraceMs: z.int().min(0).max(60_000).default(2_000).meta({
      description: "After a rebuild: how long every router may report what it has open before paid requests go on.",
    }),
  })
  .prefault({})
  .meta({ description: "Spending limits in US dollars; the narrowest one that is exceeded refuses a request." });
export type BudgetConfig = z.infer<typeof BudgetConfig>;

const perMillion = z.number().min(0).max(1_000_000);

const TokenPrices = z.strictObject({
  input: perMillion.default(0),
  output: perMillion.default(0),
  cachedInput: perMillion.optional().meta({ description: "Read from a cache; as input by default." }),
  cacheWrite: perMillion.optional().meta({ description: "Written to a cache; as input by default." }),
  cacheWriteHour: perMillion.optional().meta({ description: "Kept in a cache for an hour; as cacheWrite by default." }),
  reasoning: perMillion.optional().meta({ description: "As output by default." }),
  audioInput: perMillion.optional().meta({ description: "As input by default." }),
  audioOutput: perMillion.optional().meta({ description: "As output by default." }),
});

export const ModelPrices = TokenPrices.extend({
  tiers: z
    .array(TokenPrices.extend({ above: z.int().min(0).meta({ description: "Tokens of input." }) }))
    .default([])
    .meta({ description: "Prices of whole requests with more input." }),
  perRequest: dollars.default(0).meta({ description: "US dollars for each request." }),
  perGpuHour: z.number().min(0).max(10_000).default(0).meta({
    description: "US dollars for each hour that a model of your own takes to answer.",
  }),
}).meta({ description: "US dollars per million tokens." });
export type ModelPrices = z.infer<typeof ModelPrices>;

export const PriceConfig = z.record(modelAddress, ModelPrices).default({}).meta({
  description:
    "Prices of single models, by <backend>/<model>, before the built-in list prices. Models of local and triton cost nothing by default.",
});
export type PriceConfig = z.infer<typeof PriceConfig>;
