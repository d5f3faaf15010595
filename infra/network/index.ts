export { formatNetwork, type Network as Cidr, parseNetwork } from "./cidr.ts";
export { Network, type NetworkArgs } from "./network.ts";
export { planSubnets, prefixes, type ZoneNetworks, zonesInPlan } from "./plan.ts";
export { takeZones, zonesOfRegion } from "./zones.ts";
