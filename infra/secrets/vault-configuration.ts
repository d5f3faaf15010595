import type * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { namespaces } from "../network-policy/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { shared } from "../router/index.ts";
import { type ProviderKeys, syncAccount, vaultAudience, vaultMounts, vaultNames } from "./places.ts";
import { policyNames, policyText, vaultPolicies } from "./policies.ts";
import { vaultFolders } from "./vault-settings.ts";

/** What is set in a Vault that answers. */
export interface VaultConfigurationArgs {
  readonly provider: vault.Provider;
  readonly keys: ProviderKeys;
  /** The auth method's path: an external Vault has one for each cluster. */
  readonly authPath: string;
  /** Whether it is the stack's own: then its engines, its audit and the seeding job's role are made too. */
  readonly own: boolean;
}

/** Seconds. */
const minute = 60;
const typeToken = "hybrid-llm:secrets:VaultConfiguration";

/**
 * What the stack needs in Vault: engines, an auth method by which pods show their accounts' tokens, a policy and a role for
 * each party, and two audit devices, so that one that blocks doesn't stop Vault. An external Vault keeps its own engines
 * and audit.
 *
 * Cost: none.
 */
export class VaultConfiguration extends RegionComponent<RegionScope> {
  readonly #provider: vault.Provider;

  constructor(name: string, scope: RegionScope, args: VaultConfigurationArgs, opts?: pulumi.ComponentResourceOptions) {
    const policies = vaultPolicies(args.keys);
    super(typeToken, name, scope, { authPath: args.authPath, policies: policies.map((policy) => policy.name) }, opts);
    this.#provider = args.provider;
    // What happens from the first setting on is written down.
    const audits = args.own ? this.#createAudits() : [];
    if (args.own) this.#createEngines(args.keys, audits);
    for (const policy of policies) {
      new vault.Policy(
        this.named(`policy-${policy.name}`),
        { name: policy.name, policy: policyText(policy) },
        this.inVault({ dependsOn: audits }),
      );
    }
    this.#createRoles(args, audits);
    this.registerOutputs({});
  }

  protected inVault(opts: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
    return { ...this.own(opts), provider: this.#provider };
  }

  #createAudits(): pulumi.Resource[] {
    const device = (path: string, filePath: string, dependsOn: pulumi.Resource[] = []) =>
      new vault.Audit(
        this.named(`audit-${path}`),
        { type: "file", path, options: { file_path: filePath, mode: "0600" } },
        this.inVault({ dependsOn }),
      );
    const first = device("stdout", "stdout");
    // A device that is being set up can't write yet: Vault fails what it would have to be told of, the other one's making.
    return [first, device("file", `${vaultFolders.audit}/audit.log`, [first])];
  }

  #createEngines(keys: ProviderKeys, after: pulumi.Resource[]): void {
    const mounts = [...new Set([vaultMounts.kv, ...Object.values(keys).map(({ mount }) => mount)])].sort();
    for (const path of mounts) {
      const mount = new vault.Mount(
        this.named(`engine-${path}`),
        { path, type: "kv", options: { version: "2" }, description: "Providers' keys, and stores' passwords" },
        this.inVault({ dependsOn: after, protect: this.scope.production }),
      );
      new vault.kv.SecretBackendV2(
        this.named(`engine-${path}-versions`),
        { mount: mount.path, maxVersions: 5 },
        this.inVault(),
      );
    }
    const transit = new vault.Mount(
      this.named("engine-transit"),
      {
        path: vaultMounts.transit,
        type: "transit",
        description: "A key for each subject: deleted, its data is erased",
      },
      this.inVault({ dependsOn: after, protect: this.scope.production }),
    );
    // Subjects' keys are made by the router; this is the one for what belongs to nobody.
    new vault.transit.SecretBackendKey(
      this.named("key-shared"),
      {
        backend: transit.path,
        name: "subject-shared",
        type: "aes256-gcm96",
        deletionAllowed: true,
        exportable: false,
        allowPlaintextBackup: false,
      },
      this.inVault(),
    );
  }

  #createRoles({ authPath, own }: VaultConfigurationArgs, after: pulumi.Resource[]): void {
    const backend = new vault.AuthBackend(
      this.named("auth"),
      { type: "kubernetes", path: authPath, description: `Pods of ${this.scope.name}` },
      this.inVault({ dependsOn: after }),
    );
    if (own) {
      new vault.kubernetes.AuthBackendConfig(
        this.named("auth-config"),
        // Its own token asks the API server; no token of a reviewer is kept anywhere.
        { backend: backend.path, kubernetesHost: "https://kubernetes.default.svc" },
        this.inVault(),
      );
    }
    const role = (name: string, account: string, namespace: string, policy: string) =>
      new vault.kubernetes.AuthBackendRole(
        this.named(`role-${name}`),
        {
          backend: backend.path,
          roleName: name,
          boundServiceAccountNames: [account],
          boundServiceAccountNamespaces: [namespace],
          audience: vaultAudience,
          tokenPolicies: [policy],
          tokenNoDefaultPolicy: true,
          tokenTtl: 20 * minute,
          tokenMaxTtl: 60 * minute,
        },
        this.inVault(),
      );
    role(roles.router, shared.serviceAccount, namespaces.router, policyNames.router);
    role(roles.routerSecrets, syncAccount, namespaces.router, policyNames.routerSecrets);
    role(roles.storeSecrets, syncAccount, namespaces.data, policyNames.storeSecrets);
    role(roles.seeder, vaultNames.seeder, namespaces.vault, policyNames.seeder);
  }
}

/** Vault's roles, by their parties. */
export const roles = {
  router: "router",
  routerSecrets: "router-secrets",
  storeSecrets: "store-secrets",
  seeder: vaultNames.seeder,
} as const;
