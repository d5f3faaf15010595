import { isValues, unknownValue, type Value } from "../../infra/cost/index.ts";
import type { PlanResource } from "../pack/plan.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { at, isKind, listAt, shown } from "../pack/reading.ts";

const name = "default-deny";

const isNamespace = isKind("Namespace");
const isNetworkPolicy = isKind("NetworkPolicy");

/** Selects every pod, and allows nothing in either direction. */
function deniesAll({ properties }: PlanResource): boolean {
  const spec = at(properties, "spec");
  const selector = at(spec, "podSelector");
  const types = listAt(spec, "policyTypes");
  const rules = [at(spec, "ingress"), at(spec, "egress")];
  return (
    isValues(selector) &&
    Object.keys(selector).length === 0 &&
    types !== "unknown" &&
    types.includes("Ingress") &&
    types.includes("Egress") &&
    rules.every((each) => each === undefined || (Array.isArray(each) && each.length === 0))
  );
}

const clusterOf = (region: string | undefined, namespace: Value | undefined): string =>
  `${region ?? ""}/${typeof namespace === "string" ? namespace : "?"}`;

/** Where nothing is denied by default, whatever gets in reaches everything. */
export const defaultDeny: Policy = {
  name,
  level: "mandatory",
  reason: "Where nothing is denied by default, whatever gets in reaches everything.",
  link: linkTo(name),
  fix: "add a NetworkPolicy to the namespace with an empty podSelector, policyTypes Ingress and Egress, and no rules",
  check: {
    of: "plan",
    violations(plan) {
      const denied = plan.resources
        .filter((resource) => isNetworkPolicy(resource.type) && deniesAll(resource))
        .map((resource) => clusterOf(plan.regionOf(resource), at(resource.properties, "metadata", "namespace")));
      return plan.resources
        .filter(({ type }) => isNamespace(type))
        .flatMap((namespace) => {
          const found = at(namespace.properties, "metadata", "name");
          if (found === undefined || found === unknownValue) {
            return [{ message: `the name of the namespace ${namespace.name} is ${shown(found)}`, urn: namespace.urn }];
          }
          return denied.includes(clusterOf(plan.regionOf(namespace), found))
            ? []
            : [{ message: `the namespace ${String(found)} has no policy that denies all traffic`, urn: namespace.urn }];
        });
    },
  },
};
