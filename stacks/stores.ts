import type * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { Data, type ManagedNetwork, type StoreNetworks } from "../infra/data/index.ts";
import { Namespace, namespaces } from "../infra/network-policy/index.ts";
import { issuerName, type Platform } from "../infra/platform/index.ts";
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
import type { StackConfig } from "./config/index.ts";
import type { Shared } from "./regions.ts";
import { storePolicies } from "./store-policies.ts";
import { storeQuotas } from "./store-quotas.ts";

export type InCluster = Exclude<StackConfig, { kind: "local" }>;

/** Where a region's stores and its Vault are put. */
export interface StoreRegion {
  readonly scope: RegionScope;
  readonly platform: Pick<Platform, "issuer">;
  /** What pods need to run. */
  readonly ready: readonly pulumi.Resource[];
  readonly networks: Pick<StoreNetworks, "dataSubnets" | "apiServers">;
  /** In AWS. */
  readonly cloud?: { readonly clusterName: string; readonly network: ManagedNetwork } | undefined;
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
  const { scope, platform, cloud } = region;
  const { name } = scope;
  const ready = { dependsOn: [...region.ready, platform.issuer] };
  const quotas = storeQuotas(stack.data);
  const home = (namespace: "data" | "vault" | "router") =>
    new Namespace(`${name}-${namespace}-home`, scope, { name: namespaces[namespace], quota: quotas[namespace] }, ready);
  const [dataHome, vaultHome, routerHome] = [home("data"), home("vault"), home("router")];
  storePolicies(stack, region, [dataHome, vaultHome, routerHome]);
  const issuer = { name: issuerName, kind: "ClusterIssuer" } as const;
  const operator = new SecretsOperator(`${name}-secrets-operator`, scope, ready);
  const own = createVault(stack, region, issuer, vaultHome);
  const synced = { dependsOn: [operator.ready, ...own, dataHome, routerHome] };
  const secrets = stack.secrets.vaultReady ? configureVault(stack, scope, shared, synced.dependsOn) : undefined;

  const credentials = secrets?.sync("store-secrets", "data", roles.storeSecrets, storeSecretsFor(stack)) ?? [];
  const data = new Data(
    `${name}-data`,
    scope,
    { settings: stack.data, issuer, credentialsReady: secrets !== undefined, cloud },
    { dependsOn: [...ready.dependsOn, dataHome, ...credentials] },
  );
  const { versions, rollout } = stack.router;
  const deployments = servingVersions(rollout, Object.keys(versions)).map(versionName);
  const routed = routerSecrets({ keys: keysOf(stack), environment: data.environment, deployments });
  return {
    data,
    routerNamespace: routerHome,
    environmentSecret: routerEnvironmentSecret,
    ready: [routerHome, ...(secrets?.sync("router-secrets", "router", roles.routerSecrets, routed) ?? [])],
  };
}

const storeSecretsFor = ({ data: { postgres, redis } }: InCluster) =>
  storeSecretsOf({ managed: postgres.provider !== "cloudnative-pg", redis: redis.provider !== "elasticache" });

/** The first phase: the servers, where the stack has its own. */
function createVault(
  { secrets }: InCluster,
  { scope, platform, ready, cloud }: StoreRegion,
  issuer: { readonly name: string; readonly kind: "ClusterIssuer" },
  home: Namespace,
): pulumi.Resource[] {
  if (secrets.vault.mode === "external") return [];
  const { replicas, storageGiB, custodianKeys = [] } = secrets.vault;
  return [
    new Vault(
      `${scope.name}-vault`,
      scope,
      { replicas, storageGiB, custodianKeys, unseal: unsealOf(secrets), issuer, clusterName: cloud?.clusterName },
      { dependsOn: [...ready, platform.issuer, home] },
    ),
  ];
}

function unsealOf({ vault: choice }: InCluster["secrets"]): UnsealChoice {
  if (choice.mode === "external") throw new TypeError("an external Vault is unsealed by others");
  const { unseal, transit } = choice;
  if (unseal !== "transit") return { by: unseal };
  if (transit === undefined) throw new TypeError("transit without an address");
  return { by: "transit", address: transit.address, mount: transit.mount, keyName: transit.key };
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
