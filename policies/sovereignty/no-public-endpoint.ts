import { unknownValue } from "../../infra/cost/index.ts";
import { isPrivateRange } from "../pack/addresses.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { at, isKind, listAt, shown } from "../pack/reading.ts";
import { airgapConfig, isAirgapped } from "./airgap.ts";

const name = "no-public-endpoint";

/** What the internet can reach is not apart from it. */
export const noPublicEndpoint: Policy = {
  name,
  level: "mandatory",
  reason: "What the internet can reach is not apart from it.",
  link: linkTo(name),
  fix: "use ClusterIP, or name private loadBalancerSourceRanges",
  config: airgapConfig,
  check: {
    of: "resource",
    applies: isKind("Service"),
    violations({ properties }, plan) {
      if (!isAirgapped(plan)) return [];
      const type = at(properties, "spec", "type") ?? "ClusterIP";
      if (at(properties, "spec", "externalIPs") !== undefined) return ["it has externalIPs"];
      if (type === "ClusterIP") return [];
      if (type === unknownValue || type === "ExternalName") return [`spec.type is ${shown(type)}`];
      const ranges = listAt(properties, "spec", "loadBalancerSourceRanges");
      const known = ranges !== "unknown" && ranges.length > 0;
      return known && ranges.every((range) => typeof range === "string" && isPrivateRange(range))
        ? []
        : [`spec.type is ${shown(type)} without loadBalancerSourceRanges that are private`];
    },
  },
};
