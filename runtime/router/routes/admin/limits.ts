import type { RouterConfig } from "../../../config/index.ts";
import {
  type AccessState,
  type Changing,
  type LimitedScope,
  type OwnLimits,
  setLimits,
  splitScope,
} from "../../access/index.ts";
import { RouterError } from "../../errors.ts";

type Limited = Pick<RouterConfig, "budgets" | "rates">;

/** What applies to a key or a tenant. */
export function limitsIn(state: AccessState, { budgets, rates }: Limited, scope: LimitedScope): OwnLimits {
  const [kind, name] = splitScope(scope);
  const own = state.limits.get(scope);
  return {
    budget: its(budgets[kind], name) ?? own?.budget ?? {},
    rates: its(rates[kind], name) ?? own?.rates ?? {},
  };
}

/**
 * Limits a key or a tenant.
 *
 * @throws RouterError conflict where the configuration does
 */
export async function limit(
  changing: Changing,
  config: Limited,
  scope: LimitedScope,
  limits: Partial<OwnLimits>,
): Promise<void> {
  const [kind, name] = splitScope(scope);
  if (limits.budget && its(config.budgets[kind], name)) throw configured(`budgets.${kind}.${name}`);
  if (limits.rates && its(config.rates[kind], name)) throw configured(`rates.${kind}.${name}`);
  if (Object.keys(limits).length > 0) await setLimits(changing, scope, limits);
}

/** A name is a client's word: `constructor` is one, too. */
const its = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

export const configured = (path: string): RouterError =>
  new RouterError("conflict", `The router's configuration sets ${path}: change it there, or take it out there first.`);
