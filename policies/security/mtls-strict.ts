import { isValues, type Value, type Values } from "../../infra/cost/index.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { at, isKind, shown } from "../pack/reading.ts";

const name = "mtls-strict";

const isPeerAuthentication = isKind("PeerAuthentication");

/**
 * One port of one workload may be open, because whoever asks there is in no mesh: a load balancer, the API servers. A
 * whole workload, or the same port of all of them, may not.
 */
function wrongModes(properties: Values): string[] {
  const mode = at(properties, "spec", "mtls", "mode");
  const ports = at(properties, "spec", "portLevelMtls") ?? {};
  const selects = Object.keys(objectOf(at(properties, "spec", "selector", "matchLabels"))).length > 0;
  const allowed = selects ? ["STRICT", "PERMISSIVE"] : ["STRICT"];
  return [
    ...(mode === "STRICT" ? [] : [`${shown(mode)} is the mode, and STRICT is allowed,`]),
    ...(isValues(ports) ? Object.entries(ports) : [["?", ports] as const])
      .map(([port, of]) => [port, at(of, "mode")] as const)
      .filter(([, of]) => typeof of !== "string" || !allowed.includes(of))
      .map(([port, of]) => `${shown(of)} is the mode at port ${port}, and ${allowed.join(" or ")} is allowed,`),
  ];
}

const objectOf = (value: Value | undefined): Values => (isValues(value) ? value : {});

/** A mesh that also takes plain text protects nobody from who is already inside. */
export const mtlsStrict: Policy = {
  name,
  level: "mandatory",
  reason: "A mesh that also takes plain text protects nobody from who is already inside.",
  link: linkTo(name),
  fix: "set spec.mtls.mode of a PeerAuthentication without selector in istio-system to STRICT; elsewhere PERMISSIVE only at ports of selected pods",
  check: {
    of: "plan",
    violations(plan) {
      const peers = plan.resources.filter(({ type }) => isPeerAuthentication(type));
      const loose = peers.flatMap(({ name: found, urn, properties }) =>
        wrongModes(properties).map((message) => ({ message: `${message} of ${found}`, urn })),
      );
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
