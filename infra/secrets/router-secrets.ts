import type * as pulumi from "@pulumi/pulumi";
import { database, fieldOf, passwordFields, storeSecrets } from "../data/index.ts";
import { keySecretOf } from "../router/index.ts";
import { type ProviderKeys, storesPath, vaultMounts } from "./places.ts";
import type { SyncedSecret } from "./synced.ts";

/** What the router's environment is called by default. */
export const routerEnvironmentSecret = "router-environment";

/**
 * The router's Secrets. Providers' keys are files that the router reads again by itself, so nothing begins anew when one is
 * rotated; its environment is read at its start alone.
 *
 * @param deployments of the versions that serve
 */
export function routerSecrets(args: {
  readonly keys: ProviderKeys;
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  readonly deployments: readonly string[];
}): readonly SyncedSecret[] {
  return [
    {
      name: routerEnvironmentSecret,
      mount: vaultMounts.kv,
      path: storesPath,
      templates: args.environment,
      restarts: args.deployments.map((name) => ({ kind: "Deployment" as const, name })),
    },
    ...Object.entries(args.keys).map(([backend, { mount, path, field }]) => ({
      name: keySecretOf(backend),
      mount,
      path,
      templates: { key: fieldOf(field) },
    })),
  ];
}

/** The stores' Secrets: each has what it needs, and not the other's. */
export function storeSecretsOf(args: { readonly managed: boolean; readonly redis: boolean }): readonly SyncedSecret[] {
  const stores = { mount: vaultMounts.kv, path: storesPath };
  const password = fieldOf(passwordFields.database);
  return [
    {
      ...stores,
      name: storeSecrets.databaseOwner,
      type: "kubernetes.io/basic-auth",
      templates: { username: database.owner, password },
    },
    ...(args.managed
      ? [
          {
            ...stores,
            name: storeSecrets.poolerUsers,
            templates: { "userlist.txt": `"${database.owner}" "${password}"\n` },
          },
        ]
      : []),
    {
      ...stores,
      name: storeSecrets.redisPassword,
      templates: { password: fieldOf(passwordFields.redis) },
      ...(args.redis ? { restarts: [{ kind: "StatefulSet" as const, name: "redis" }] } : {}),
    },
  ];
}
