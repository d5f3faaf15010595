import { linkTo, type Policy } from "../pack/policy.ts";
import { shown } from "../pack/reading.ts";
import { airgapConfig } from "./airgap.ts";

const name = "says-whether-airgapped";

/** Rules for a stack without internet can only hold where the stack says whether it is one. */
export const saysWhetherAirgapped: Policy = {
  name,
  level: "mandatory",
  reason: "Rules for a stack without internet can only hold where the stack says whether it is one.",
  link: linkTo(name),
  fix: "set airgapped to true or false: in the stack's components, or in the policies' configuration",
  config: airgapConfig,
  check: {
    of: "plan",
    violations(plan) {
      const airgapped = plan.fact("airgapped");
      const mirror = plan.fact("registryMirror");
      if (typeof airgapped !== "boolean") return [{ message: `airgapped is ${shown(airgapped)}` }];
      return airgapped && typeof mirror !== "string" ? [{ message: `registryMirror is ${shown(mirror)}` }] : [];
    },
  },
};
