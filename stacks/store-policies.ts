import type * as pulumi from "@pulumi/pulumi";
import { storeFlows, storeParties } from "../infra/data/index.ts";
import {
  type Flow,
  internet,
  NetworkPolicies,
  namespaces,
  type OutsideNetwork,
  type Peer,
  platformFlows,
} from "../infra/network-policy/index.ts";
import { portOf } from "../infra/router/index.ts";
import { vaultFlows } from "../infra/secrets/index.ts";
import type { InCluster, StoreRegion } from "./stores.ts";

/** Who may talk to whom in the namespaces of stores, Vault and router. */
export function storePolicies(stack: InCluster, region: StoreRegion, dependsOn: readonly pulumi.Resource[]): void {
  const { scope } = region;
  new NetworkPolicies(
    `${scope.name}-policies`,
    scope,
    { flows: regionFlows(stack, region), own: [namespaces.data, namespaces.vault, namespaces.router] },
    { dependsOn: [...dependsOn] },
  );
}

/** The table of a region, as its stack's configuration makes it. */
export function regionFlows(
  stack: InCluster,
  { scope, networks, cloud }: Omit<StoreRegion, "platform" | "ready">,
): Flow[] {
  const { data, secrets, models, gateway, observability } = stack;
  const { vault } = secrets;
  const store = objectStoreOf(stack, scope.airgapped, cloud !== undefined);
  const { apiServers } = networks;
  const stores = { ...networks, ...(store === undefined ? {} : { objectStore: store }) };
  return [
    ...platformFlows({
      airgapped: scope.airgapped,
      routerPort: stack.mesh.kind === "none" ? 8443 : portOf({ mode: "mesh" }),
      gateway: gateway.kind === "kong",
      ollama: models.ollama !== undefined,
      triton: models.triton !== undefined,
      tritonReadsStore: models.triton?.repository.includes("://") === true,
      ...storeParties(data, networks),
      vault: "cluster",
      observability: observability.metrics || observability.traces.kind !== "none",
    }),
    ...storeFlows(data, stores),
    ...(vault.mode === "external" ? [] : vaultFlows({ unseal: vault.unseal, apiServers, unsealer: unsealerOf(vault) })),
  ];
}

function unsealerOf({ transit }: { readonly transit?: { readonly network: string } | undefined }) {
  const cidr = transit?.network;
  return cidr === undefined ? undefined : ({ cidr } satisfies OutsideNetwork);
}

/** Where backups go, if anywhere. */
function objectStoreOf({ data: { postgres } }: InCluster, airgapped: boolean, inCloud: boolean): Peer | undefined {
  const { bucket, network } = postgres.backups;
  if (bucket === undefined && !inCloud) return undefined;
  if (network !== undefined) return { cidr: network };
  return airgapped ? undefined : internet;
}
