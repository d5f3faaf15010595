import type { LimitedScope, OwnLimits } from "../state.ts";
import type { Changing } from "./changes.ts";

/** Sets what is given, and leaves the rest as it is. */
export async function setLimits(
  { queries, stack, revision }: Changing,
  scope: LimitedScope,
  { budget, rates }: Partial<OwnLimits>,
): Promise<void> {
  await queries.query(
    `insert into access_limits (stack, scope, budget, rates, revision)
     values ($1, $2, coalesce(nullif($3, ''), '{}')::jsonb, coalesce(nullif($4, ''), '{}')::jsonb, $5::bigint)
     on conflict (stack, scope) do update set revision = excluded.revision,
       budget = case when $3 = '' then access_limits.budget else excluded.budget end,
       rates = case when $4 = '' then access_limits.rates else excluded.rates end`,
    [stack, scope, json(budget), json(rates), revision],
  );
}

const json = (value: object | undefined): string => (value === undefined ? "" : JSON.stringify(value));
