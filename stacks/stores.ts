import type * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { Data } from "../infra/data/index.ts";
import { type Namespace, namespaces } from "../infra/network-policy/index.ts";
import type { RegionScope } from "../infra/region/index.ts";
import { servingVersions, versionName } from "../infra/router/index.ts";
import {
  type ProviderKeys,
  roles,
  routerEnvironmentSecret,
  routerSecrets,
  SecretsOperator,
  Seeder,
  Sync,
  type SyncedSecret,
  storeSecretsOf,
  type UnsealChoice,
  Vault,
  VaultConfiguration,
  vaultField,
  vaultMounts,
  vaultUrl,
} from "../infra/secrets/index.ts";
import type { InCluster } from "./config/index.ts";
import type { GatewayCloud } from "./gateway.ts";
import type { Homes } from "./homes.ts";
import { issuer, type Shared } from "./regions.ts";

/** Where a region's stores and its Vault are put. */
export interface StoreRegion {
  readonly scope: RegionScope;
  readonly homes: Homes;
  /** In AWS: managed stores are in its subnets without a way out. */
  readonly cloud?: GatewayCloud | undefined;
}

/** What the router is given of them. */
export interface Stores {
  readonly data: Data;
  /** The namespace that the router's own Secrets are in. */
  readonly routerNamespace: Namespace;
  /** Holds DATABASE_URL, REDIS_URL and the like. */
  readonly environmentSecret: string;
  /** What the router waits for, so that its Secrets are there. */
  readonly ready: readonly pulumi.Resource[];
}

/** A region's Vault, its stores, and what of both reaches the router. */
export function composeStores(stack: InCluster, region: StoreRegion, shared: Shared): Stores {
  const { scope, homes, cloud } = region;
  const { name } = scope;
  const ready = { dependsOn: [...homes.ready] };
  const operator = new SecretsOperator(`${name}-secrets-operator`, scope, ready);
  const synced = { dependsOn: [operator.ready, ...homes.ready, ...createVault(stack, region)] };
  const secrets = stack.secrets.vaultReady ? configureVault(stack, scope, shared, synced.dependsOn) : undefined;

  const credentials = secrets?.sync("store-secrets", "data", roles.storeSecrets, storeSecretsFor(stack)) ?? [];
  const data = new Data(
    `${name}-data`,
    scope,
    { settings: stack.data, issuer, credentialsReady: secrets !== undefined, cloud: managedIn(cloud) },
    { dependsOn: [...homes.ready, ...credentials] },
  );
  const { versions, rollout } = stack.router;
  const deployments = servingVersions(rollout, Object.keys(versions)).map(versionName);
  const routed = routerSecrets({ keys: keysOf(stack), environment: data.environment, deployments });
  return {
    data,
    routerNamespace: homes.router,
    environmentSecret: routerEnvironmentSecret,
    ready: [...homes.ready, ...(secrets?.sync("router-secrets", "router", roles.routerSecrets, routed) ?? [])],
  };
}

const managedIn = (cloud: GatewayCloud | undefined) =>
  cloud && {
    clusterName: cloud.cluster.clusterName,
    network: {
      vpcId: cloud.network.vpcId,
      subnetIds: cloud.network.dataSubnetIds,
      nodeSecurityGroupId: cloud.cluster.securityGroupId,
    },
  };

const storeSecretsFor = ({ data: { postgres, redis } }: InCluster) =>
  storeSecretsOf({ managed: postgres.provider !== "cloudnative-pg", redis: redis.provider !== "elasticache" });

/** The first phase: the servers, where the stack has its own. */
function createVault({ secrets }: InCluster, { scope, homes, cloud }: StoreRegion): pulumi.Resource[] {
  if (secrets.vault.mode === "external") return [];
  const { replicas, storageGiB, custodianKeys = [] } = secrets.vault;
  return [
    new Vault(
      `${scope.name}-vault`,
      scope,
      {
        replicas,
        storageGiB,
        custodianKeys,
        unseal: unsealOf(secrets.vault),
        issuer,
        clusterName: cloud?.cluster.clusterName,
      },
      { dependsOn: [...homes.ready] },
    ),
  ];
}

function unsealOf({ unseal, transit }: Extract<InCluster["secrets"]["vault"], { mode: "deploy" }>): UnsealChoice {
  if (unseal !== "transit") return { by: unseal };
  if (transit === undefined) throw new TypeError("transit without an address");
  const { address, mount, key: keyName, authority } = transit;
  return { by: "transit", address, mount, keyName, authority };
}

/** The second phase: what is set in a Vault that answers, and what comes out of it. */
function configureVault(
  stack: InCluster,
  scope: RegionScope,
  shared: Shared,
  dependsOn: readonly pulumi.Resource[],
): { sync(what: string, namespace: "data" | "router", role: string, secrets: readonly SyncedSecret[]): [Sync] } {
  const { name } = scope;
  const { vault: choice, vaultAddresses } = stack.secrets;
  const own = choice.mode === "deploy";
  const authPath = own ? vaultMounts.kubernetes : `${vaultMounts.kubernetes}-${scope.physical("cluster", 40)}`;
  const address = own ? vaultAddresses[name] : choice.address;
  const provider = new vault.Provider(`${name}-vault`, {
    ...(address === undefined ? {} : { address }),
    // The token is that of whoever runs `up` (VAULT_TOKEN), and of no state.
    skipChildToken: true,
  });
  const configured = new VaultConfiguration(
    `${name}-vault-configuration`,
    scope,
    { provider, keys: keysOf(stack), authPath, own },
    { dependsOn: [...dependsOn] },
  );
  const after = own
    ? [configured, new Seeder(`${name}-seeder`, scope, { authPath }, { dependsOn: [configured] })]
    : [configured];
  return {
    sync: (what, namespace, role, secrets) => [
      new Sync(
        `${name}-${what}`,
        scope,
        {
          namespace: namespaces[namespace],
          address: own ? vaultUrl : choice.address,
          trustBundlePem: own ? shared.pki.trustBundlePem : undefined,
          authPath,
          role,
          secrets,
        },
        { dependsOn: after },
      ),
    ],
  };
}

function keysOf({ secrets: { providerKeys } }: InCluster): ProviderKeys {
  return Object.fromEntries(
    Object.entries(providerKeys).flatMap(([backend, reference]) =>
      "vault" in reference ? [[backend, vaultField(reference.vault)]] : [],
    ),
  );
}
