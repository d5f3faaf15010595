import type { BackendName } from "../../runtime/config/index.ts";
import { namespaces } from "../network-policy/index.ts";

export const vaultPorts = { api: 8200, cluster: 8201 } as const;

/** Names of what a region's Vault consists of. */
export const vaultNames = {
  service: "vault",
  pods: "vault-pods",
  certificate: "vault-tls",
  /** The claim on whose volume `vault operator init` leaves what it answered, in `recoveryFile`. Nowhere else. */
  recoveryClaim: "vault-recovery",
  recoveryFile: "init.json",
  seeder: "store-seeder",
} as const;

/** Engines and auth methods, by their paths in Vault. */
export const vaultMounts = { kv: "kv", transit: "transit", kubernetes: "kubernetes" } as const;

/** The only one for whom the router's token, and that of the operator, is good. */
export const vaultAudience = "vault";

/** Where the stores' passwords lie in `kv`; the job `store-seeder` puts them there, once. */
export const storesPath = "hybrid-llm/stores";

/** Keys that the router may make, use and delete, one for each subject of whom it keeps anything (R13). */
export const subjectKeys = "subject-*";

/** The account by which the operator reads in a namespace; the pods there have others. */
export const syncAccount = "secrets-sync";

const within = (service: string): string => `${service}.${namespaces.vault}.svc.cluster.local`;

/** Where the cluster's own Vault is asked. */
export const vaultUrl = `https://${within(vaultNames.service)}:${vaultPorts.api}`;

/** One of its servers, by its number. */
export const vaultServerUrl = (index: number): string =>
  `https://${vaultNames.service}-${index}.${within(vaultNames.pods)}:${vaultPorts.api}`;

/** What each server calls itself; Kubernetes fills its name in. */
export const ownHost = `$(POD_NAME).${within(vaultNames.pods)}`;

/** Each name under which a server is asked. */
export const vaultHosts = (): string[] => [
  vaultNames.service,
  `${vaultNames.service}.${namespaces.vault}.svc`,
  within(vaultNames.service),
  `*.${within(vaultNames.pods)}`,
];

/** A field of a secret in a kv engine. */
export interface VaultField {
  readonly mount: string;
  readonly path: string;
  readonly field: string;
}

/**
 * `mount/path#field`, such as `kv/llm/openai#key`.
 *
 * @throws RangeError
 */
export function vaultField(reference: string): VaultField {
  const [, mount, path, field] = /^([\w-]+)\/([\w.-]+(?:\/[\w.-]+)*)#([\w.-]+)$/.exec(reference) ?? [];
  if (mount === undefined || path === undefined || field === undefined) {
    throw new RangeError(`${reference}: allowed is mount/path#field, such as kv/llm/openai#key`);
  }
  return { mount, path, field };
}

/** Where each provider's key is. A backend without one starts disabled and says so. */
export type ProviderKeys = Readonly<Partial<Record<BackendName, VaultField>>>;
