import type { Problem } from "../../infra/cost/index.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { verdictOf } from "./verdict.ts";

/** Estimates don't depend on limits; any will do to find what is wrong with them. */
const noLimits = {
  monthlyInfrastructureUsd: Number.MAX_VALUE,
  dailyLlmUsd: Number.MAX_VALUE,
  warnAtPercent: 100,
};

/** A policy that refuses one kind of problem which an estimate had. */
export function refusing(
  kinds: readonly Problem["kind"][],
  { name, reason, fix }: Pick<Policy, "name" | "reason" | "fix">,
): Policy {
  return {
    name,
    level: "mandatory",
    reason,
    link: linkTo(name),
    fix,
    check: {
      of: "plan",
      violations: (plan) =>
        verdictOf(plan, noLimits)
          .problems.filter(({ kind }) => kinds.includes(kind))
          .map(({ resource, region, why }) => {
            const urn = plan.resources.find(({ type, name: found }) => `${type} ${found}` === resource)?.urn;
            return { message: `${resource} (${region}): ${why}`, ...(urn ? { urn } : {}) };
          }),
    },
  };
}
