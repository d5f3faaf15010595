/** How a region's addresses are divided: pure arithmetic and a table of zones, without resources. */
export { formatNetwork, type Network, parseNetwork } from "./cidr.ts";
export { kubernetesService, planSubnets, prefixes, serviceCidr, type ZoneNetworks, zonesInPlan } from "./plan.ts";
export { takeZones, zonesOfRegion } from "./zones.ts";
