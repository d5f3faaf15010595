import { z } from "zod";
import { PeriodBudgets, type RateLimits } from "../../../config/index.ts";
import type { OwnLimits } from "../../access/index.ts";

const most = z.int().min(1).max(1_000_000_000).optional();

const Rates = z.strictObject({
  requests_per_minute: most,
  tokens_per_minute: most.meta({ description: "Input and output." }),
  concurrent: most.meta({ description: "Requests at the same time, per router." }),
});

export const LimitsBody = z
  .strictObject({
    budget: PeriodBudgets.optional().meta({ description: "US dollars a day, week (from Monday) and month." }),
    rates: Rates.optional(),
  })
  .meta({ description: "Each of the two is set as a whole; {} takes it away." });

export const Limits = z.strictObject({ budget: PeriodBudgets, rates: Rates });

export const Source = z
  .enum(["registry", "configuration"])
  .meta({ description: "Where it is kept: what is in the configuration is changed there." });

export const label = z.string().max(200).meta({ description: "What it is for." });

export const stamp = z.iso.datetime();

/** As the configuration writes it; undefined where nothing is given. */
export function ownLimits(body: z.infer<typeof LimitsBody> | undefined): Partial<OwnLimits> {
  const { budget, rates } = body ?? {};
  return { ...(budget ? { budget } : {}), ...(rates ? { rates: ownRates(rates) } : {}) };
}

const ownRates = ({ requests_per_minute: requests, tokens_per_minute: tokens, concurrent }: z.infer<typeof Rates>) =>
  defined({ requestsPerMinute: requests, tokensPerMinute: tokens, concurrent }) as RateLimits;

export const limitsJson = ({ budget, rates }: OwnLimits): z.infer<typeof Limits> => ({
  budget: defined(budget),
  rates: defined({
    requests_per_minute: rates.requestsPerMinute,
    tokens_per_minute: rates.tokensPerMinute,
    concurrent: rates.concurrent,
  }),
});

/** Without what is undefined. */
export function defined<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Value;
}

export const isoOf = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();
