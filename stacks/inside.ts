import type { InCluster } from "./config/index.ts";
import type { GatewayCloud } from "./gateway.ts";
import { composeHomes, type HomeRegion } from "./homes.ts";
import type { Shared } from "./regions.ts";
import { composeStores, type Stores } from "./stores.ts";
import { composeTraffic, type Traffic } from "./traffic.ts";

/** A region that stands. */
export interface Inside extends HomeRegion {
  /** In AWS: what its load balancers and managed stores are made in. */
  readonly cloud?: GatewayCloud | undefined;
}

/** What is put into a region's cluster. */
export function composeInside(stack: InCluster, region: Inside, shared: Shared): { stores: Stores; traffic: Traffic } {
  const homes = composeHomes(stack, region, shared);
  const inHomes = { ...region, homes };
  return { stores: composeStores(stack, inHomes, shared), traffic: composeTraffic(stack, inHomes, shared) };
}
