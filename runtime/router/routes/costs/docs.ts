import { z } from "zod";
import type { RouteDoc } from "../../openapi/index.ts";
import { CostsQuery, RequestsQuery } from "./queries.ts";

const count = z.int().min(0);
const usd = z
  .string()
  .regex(/^-?\d+\.\d{9}$/)
  .meta({ description: "US dollars, exact to the nano-dollar." });
const readFrom = z.enum(["replica", "primary", "embedded"]).meta({ description: "Which database answered." });

const tokens = {
  input_tokens: count,
  cached_tokens: count,
  cache_write_tokens: count,
  output_tokens: count,
  reasoning_tokens: count,
};

const figures = {
  requests: count.meta({ description: "Those whose first attempt is among them." }),
  attempts: count,
  failed: count.meta({ description: "Attempts that ended in anything but an answer." }),
  ...tokens,
  cost_usd: usd,
  estimated_usd: usd.meta({ description: "Of the cost: what no provider has confirmed." }),
  arbitrage_saved_usd: usd.meta({
    description:
      "What the default model of the first backend of the chain would have cost more for the tokens of requests for auto; below 0 where less.",
  }),
  cache_saved_usd: usd.meta({ description: "What the answers had cost that were given again." }),
};

const name = z.string().optional();

const Costs = z
  .strictObject({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    group_by: z.array(z.string()),
    timezone: z.string(),
    read_from: readFrom,
    groups: z.array(
      z.strictObject({
        day: name.meta({ description: "As 2026-11-29." }),
        week: name.meta({ description: "As 2026-W48, from Monday." }),
        month: name.meta({ description: "As 2026-11." }),
        model: name,
        backend: name,
        tenant: name,
        feature: name.meta({ description: "The clients' own label, x-router-feature." }),
        key: name.meta({ description: "The id of the API key." }),
        stack: name,
        region: name,
        ...figures,
      }),
    ),
    total: z.strictObject(figures).meta({ description: "The sum of the groups, and of the ledger." }),
  })
  .meta({ title: "Costs" });

const Attempt = z.strictObject({
  attempt_id: z.string(),
  at: z.iso.datetime(),
  number: z.int().min(0).meta({ description: "0 where the answer was cached and nobody was asked." }),
  cause: z.string().meta({ description: "first, retry, failover, continuation, cache ..." }),
  backend: z.string(),
  model: z.string(),
  operation: z.string(),
  outcome: z.string(),
  ...tokens,
  cost_usd: usd,
  estimated: z.boolean().meta({ description: "No provider has confirmed the cost." }),
  latency_ms: z.number().min(0),
  first_token_ms: z.number().min(0).optional(),
  price_table: z.string().optional().meta({ description: "Where its unit prices are from, with the version." }),
  arbitrage_saved_usd: usd.optional(),
  cache_saved_usd: usd.optional(),
  unit_prices: z.unknown().meta({ description: "What it was priced by." }),
});

const CostRequests = z
  .strictObject({
    read_from: readFrom,
    next: z.string().optional().meta({ description: "The cursor of the next page; absent after the last." }),
    requests: z.array(
      z.strictObject({
        at: z.iso.datetime(),
        request_id: z.string(),
        stack: z.string(),
        region: z.string(),
        tenant: z.string(),
        key: z.string(),
        feature: z.string(),
        wire: z.string(),
        cost_usd: usd,
        attempts: z.array(Attempt),
      }),
    ),
  })
  .meta({ title: "CostRequests" });

const errors = [{ code: "invalid_request", status: 404 }, "unavailable"] as const;
const seen = "A client's key sees its own tenant, an admin key all of them.";

export const costsDoc: RouteDoc = {
  summary: "Tells what requests have cost.",
  description: `${seen} Attempts are in it within a second or so. As CSV: a line a group.`,
  query: CostsQuery,
  answers: {
    200: { description: "The report.", content: { "application/json": Costs, "text/csv": z.string() } },
  },
  errors,
};

export const requestsDoc: RouteDoc = {
  summary: "Lists requests with each of their attempts and what it cost, latest first.",
  description: `${seen} As CSV: a line an attempt.`,
  query: RequestsQuery,
  answers: {
    200: {
      description: "A page of them.",
      headers: ["link"],
      content: { "application/json": CostRequests, "text/csv": z.string() },
    },
  },
  errors,
};
