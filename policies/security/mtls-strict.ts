import { isValues } from "../../infra/cost/index.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { at, isKind, shown } from "../pack/reading.ts";

const name = "mtls-strict";

const isPeerAuthentication = isKind("PeerAuthentication");

/** A mesh that also takes plain text protects nobody from who is already inside. */
export const mtlsStrict: Policy = {
  name,
  level: "mandatory",
  reason: "A mesh that also takes plain text protects nobody from who is already inside.",
  link: linkTo(name),
  fix: "set spec.mtls.mode of a PeerAuthentication without selector in istio-system to STRICT, and no other mode elsewhere",
  check: {
    of: "plan",
    violations(plan) {
      const peers = plan.resources.filter(({ type }) => isPeerAuthentication(type));
      const loose = peers.flatMap(({ name: found, urn, properties }) => {
        const ports = at(properties, "spec", "portLevelMtls");
        const modes = [
          at(properties, "spec", "mtls", "mode"),
          ...(isValues(ports)
            ? Object.values(ports).map((port) => at(port, "mode"))
            : ports === undefined
              ? []
              : [ports]),
        ];
        return modes
          .filter((mode) => mode !== "STRICT")
          .map((mode) => ({ message: `the mode of ${found} is ${shown(mode)}; STRICT is allowed`, urn }));
      });
      const meshes = new Set(
        plan.resources.filter(({ type }) => type.includes(".istio.io/")).map((each) => plan.regionOf(each)),
      );
      const whole = peers.filter(
        ({ properties }) =>
          at(properties, "metadata", "namespace") === "istio-system" &&
          at(properties, "spec", "selector") === undefined,
      );
      const open = [...meshes].filter((region) => !whole.some((each) => plan.regionOf(each) === region));
      return [
        ...loose,
        ...open.map((region) => ({
          message: `the mesh in ${region ?? "a cluster"} has no PeerAuthentication for all of it`,
        })),
      ];
    },
  },
};
