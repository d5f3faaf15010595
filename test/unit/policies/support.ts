import { plainProperties, type Values } from "../../../infra/cost/index.ts";
import { Plan, type PlanResource } from "../../../policies/pack/plan.ts";
import type { Policy } from "../../../policies/pack/policy.ts";

export const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A planned resource; its URN is its name. */
export function planned(
  type: string,
  properties: Record<string, unknown> = {},
  { name = "it", parent, protect = false, provider }: Partial<PlanResource> = {},
): PlanResource {
  return { type, name, urn: name, parent, protect, provider, properties: plainProperties(properties) };
}

/** What a policy says of a plan, as the pack runs it. */
export function violationsOf(policy: Policy, resources: readonly PlanResource[], config: Values = {}): string[] {
  const plan = new Plan(resources, config);
  const { check } = policy;
  return check.of === "plan"
    ? check.violations(plan).map(({ message }) => message)
    : resources.filter(({ type }) => check.applies(type)).flatMap((each) => check.violations(each, plan));
}
