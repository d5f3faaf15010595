import type * as pulumi from "@pulumi/pulumi";
import type { RouterCluster } from "../infra/router/index.ts";
import type { InCluster } from "./config/index.ts";
import type { GatewayCloud } from "./gateway.ts";
import { composeHomes, type HomeRegion } from "./homes.ts";
import { composeModels, type RegionPool } from "./models.ts";
import type { Shared } from "./regions.ts";
import { composeSandbox } from "./sandbox.ts";
import { composeRouter } from "./serving.ts";
import { composeStores } from "./stores.ts";
import { composeTraffic, type Traffic } from "./traffic.ts";

/** A region that stands. */
export interface Inside extends HomeRegion {
  /** In AWS: what its load balancers and managed stores are made in. */
  readonly cloud?: GatewayCloud | undefined;
  /** Nodes with accelerators. */
  readonly pools: readonly RegionPool[];
  /** Where the router's images are, without tag and digest. */
  readonly routerImages: pulumi.Input<string>;
}

/** What is put into a region's cluster. */
export function composeInside(
  stack: InCluster,
  region: Inside,
  shared: Shared,
): { traffic: Traffic; router: RouterCluster } {
  const homes = composeHomes(stack, region, shared);
  const inHomes = { ...region, homes };
  const stores = composeStores(stack, inHomes, shared);
  const traffic = composeTraffic(stack, inHomes, shared);
  const { prometheusUrl } = traffic;
  const models = composeModels(stack, { ...region, ready: homes.ready, prometheusUrl });
  composeSandbox(stack, { ...region, table: homes.table });
  return { traffic, router: composeRouter(stack, { ...region, stores, traffic, models }, shared) };
}
