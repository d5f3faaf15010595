import { isValues } from "../../infra/cost/index.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { airgapConfig, isAirgapped } from "./airgap.ts";

const name = "no-opaque-object";

const opaque = /^kubernetes:(?:helm\.sh|yaml|kustomize)(?:\/v\d+)?:/;

/** What a preview can't look into may reach for anything. */
export const noOpaqueObject: Policy = {
  name,
  level: "mandatory",
  reason: "What a preview can't look into may reach for anything.",
  link: linkTo(name),
  fix: "install it as a ChartRelease with its declaration, or as plain objects",
  config: airgapConfig,
  check: {
    of: "plan",
    violations: (plan) =>
      isAirgapped(plan)
        ? plan.resources
            .filter(({ type }) => opaque.test(type))
            .filter((each) => !plan.ancestors(each).some(({ properties }) => isValues(properties.declares)))
            .map(({ type, name: found, urn }) => ({ message: `${type} ${found} is declared by nobody`, urn }))
        : [],
  },
};
