import { isValues, type Value } from "../../infra/cost/index.ts";
import { isPrivateRange } from "../pack/addresses.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { at, isKind, listAt, shown } from "../pack/reading.ts";
import { airgapConfig, isAirgapped } from "./airgap.ts";

const name = "no-egress";

const isNetworkPolicy = isKind("NetworkPolicy");

function wrongIn(rule: Value, index: number): string[] {
  const peers = listAt(rule, "to");
  if (peers === "unknown") return [`spec.egress[${index}].to is not known before the deployment`];
  if (peers.length === 0) return onlyDns(rule) ? [] : [`spec.egress[${index}] allows every destination`];
  return peers.flatMap((peer) => {
    if (!isValues(peer)) return [`spec.egress[${index}].to is ${shown(peer)}`];
    if (peer.ipBlock !== undefined) {
      // Networks of one's own: API servers, and what stands beside the cluster.
      const cidr = at(peer, "ipBlock", "cidr");
      return typeof cidr === "string" && isPrivateRange(cidr)
        ? []
        : [`spec.egress[${index}] allows the addresses ${shown(cidr)}; private ones are allowed`];
    }
    return isValues(peer.podSelector) || isValues(peer.namespaceSelector)
      ? []
      : [`spec.egress[${index}].to selects neither pods nor namespaces`];
  });
}

/** Names are resolved by whatever answers at port 53 of the cluster. */
function onlyDns(rule: Value): boolean {
  const ports = listAt(rule, "ports");
  return ports !== "unknown" && ports.length > 0 && ports.every((each) => at(each, "port") === 53);
}

/** Without internet nothing leaves for other networks than one's own. */
export const noEgress: Policy = {
  name,
  level: "mandatory",
  reason: "Without internet nothing leaves for other networks than one's own.",
  link: linkTo(name),
  fix: "select pods, namespaces or private networks in spec.egress; take the ServiceEntry out",
  config: airgapConfig,
  check: {
    of: "resource",
    applies: (type) => isNetworkPolicy(type) || isKind("ServiceEntry")(type),
    violations({ type, properties }, plan) {
      if (!isAirgapped(plan)) return [];
      if (!isNetworkPolicy(type)) {
        const location = at(properties, "spec", "location");
        return location === "MESH_INTERNAL" ? [] : [`spec.location is ${shown(location)}; MESH_INTERNAL is allowed`];
      }
      const rules = listAt(properties, "spec", "egress");
      return rules === "unknown" ? ["spec.egress is not known before the deployment"] : rules.flatMap(wrongIn);
    },
  },
};
