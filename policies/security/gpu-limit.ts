import { isValues } from "../../infra/cost/index.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { at, shown } from "../pack/reading.ts";

const name = "gpu-limit";

const pool = "kubernetes:karpenter.sh/v1:NodePool";
const counted = ["nvidia.com/gpu", "cpu", "memory"] as const;

/** A pool without a limit buys accelerators for as long as something asks for them. */
export const gpuLimit: Policy = {
  name,
  level: "mandatory",
  reason: "A pool without a limit buys accelerators for as long as something asks for them.",
  link: linkTo(name),
  fix: "set spec.limits of the NodePool: nvidia.com/gpu, cpu or memory",
  check: {
    of: "resource",
    applies: (type) => type === pool,
    violations({ properties }) {
      const limits = at(properties, "spec", "limits");
      if (!isValues(limits)) return [`spec.limits is ${shown(limits)}`];
      const known = counted.filter((key) => typeof limits[key] === "string" || typeof limits[key] === "number");
      const unknown = counted.filter((key) => limits[key] !== undefined && !known.includes(key));
      return [
        ...unknown.map((key) => `spec.limits.${key} is ${shown(limits[key])}`),
        ...(known.length + unknown.length === 0 ? [`spec.limits names none of ${counted.join(", ")}`] : []),
      ];
    },
  },
};
