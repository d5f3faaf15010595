import { ofContainers, startsPods } from "../pack/pods.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { at, shown } from "../pack/reading.ts";

const name = "resource-limits";

const needed = [
  ["requests", "cpu"],
  ["requests", "memory"],
  ["limits", "memory"],
] as const;

/** A container without requests and a memory limit takes its neighbours down with it. */
export const resourceLimits: Policy = {
  name,
  level: "mandatory",
  reason: "A container without requests and a memory limit takes its neighbours down with it.",
  link: linkTo(name),
  fix: "set resources.requests.cpu, requests.memory and limits.memory",
  check: {
    of: "resource",
    applies: startsPods,
    violations: (resource) =>
      ofContainers(resource, ({ name: container, spec }) =>
        needed.flatMap((path) => {
          const value = at(spec, "resources", ...path);
          const given = typeof value === "string" || typeof value === "number";
          return given ? [] : [`resources.${path.join(".")} of ${container} is ${shown(value)}`];
        }),
      ),
  },
};
