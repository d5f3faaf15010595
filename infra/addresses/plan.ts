import { formatNetwork, parseNetwork, subnetOf } from "./cidr.ts";

/** What one availability zone has of a region's network. */
export interface ZoneNetworks {
  /** Zone id, such as `euw1-az1`. */
  readonly zone: string;
  /** Load balancers and NAT gateways. */
  readonly public: string;
  /** Nodes and pods: half of the zone's share, because each pod has an address. */
  readonly private: string;
  /** Databases: no route leads out. */
  readonly data: string;
}

/** Zones that a region's network has room for, used or not. */
export const zonesInPlan = 4;

/** Kubernetes' own addresses of services, in every cluster that is made here; no region's network may overlap it. */
export const serviceCidr = "172.20.0.0/16";

/** The first of these: the Service `kubernetes`, by which pods find the API servers. */
export const kubernetesService = "172.20.0.1";

/** AWS takes networks from /16 on; beyond /20 a zone's public part would be smaller than a load balancer wants. */
export const prefixes = { min: 16, max: 20 } as const;

/**
 * Divides a region's network between its zones. Each zone has a quarter, whether there are two or four, so that a zone
 * that comes later moves nothing. Of its quarter, a half is private, a sixteenth public and an eighth for data; the rest
 * is kept.
 *
 * @throws RangeError for a network of another size than `prefixes` allows, or too many zones
 */
export function planSubnets(cidr: string, zones: readonly string[]): ZoneNetworks[] {
  const network = parseNetwork(cidr);
  if (network.prefix < prefixes.min || network.prefix > prefixes.max) {
    throw new RangeError(`${cidr}: allowed is a network from /${prefixes.min} to /${prefixes.max}`);
  }
  if (zones.length > zonesInPlan) throw new RangeError(`${zones.length} zones: the plan has room for ${zonesInPlan}`);
  return zones.map((zone, index) => {
    const share = subnetOf(network, 2, index);
    return {
      zone,
      private: formatNetwork(subnetOf(share, 1, 0)),
      public: formatNetwork(subnetOf(share, 4, 8)),
      data: formatNetwork(subnetOf(share, 3, 6)),
    };
  });
}
