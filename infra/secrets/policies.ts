import { renderJson } from "../../runtime/config/index.ts";
import { type ProviderKeys, storesPath, subjectKeys, type VaultField, vaultMounts } from "./places.ts";

/** https://developer.hashicorp.com/vault/docs/concepts/policies#capabilities; `sudo` and `root` are for nobody here. */
export type Capability = "create" | "read" | "update" | "delete" | "list" | "patch";

/** What may be done at a path. A `*` at its end stands for whatever begins so. */
export interface Grant {
  readonly path: string;
  readonly capabilities: readonly Capability[];
}

/** One policy: who it's for is its name. */
export interface VaultPolicy {
  readonly name: string;
  readonly grants: readonly Grant[];
}

/**
 * A policy as Vault takes it, in JSON with sorted keys.
 *
 * @throws RangeError for a path that is everything, is told twice, or grants nothing
 */
export function policyText({ name, grants }: VaultPolicy): string {
  const paths: Record<string, { capabilities: readonly Capability[] }> = {};
  for (const { path, capabilities } of grants) {
    const problem = problemOf(path, capabilities, path in paths);
    if (problem !== undefined) throw new RangeError(`policy ${name}: ${path}: ${problem}`);
    paths[path] = { capabilities: [...capabilities].sort() };
  }
  return renderJson({ path: paths });
}

function problemOf(path: string, capabilities: readonly Capability[], isTold: boolean): string | undefined {
  if (isTold) return "told twice; allowed is once";
  if (capabilities.length === 0) return "grants nothing; remove it";
  if (!/^[\w-]+(?:\/[\w.-]+)+\*?$/.test(path)) return "allowed is a path of one engine, a * at its end alone";
  return undefined;
}

/** What each party may do, and nothing else. */
export const policyNames = {
  router: "hybrid-llm-router",
  routerSecrets: "hybrid-llm-router-secrets",
  storeSecrets: "hybrid-llm-store-secrets",
  seeder: "hybrid-llm-store-seeder",
  rotation: "hybrid-llm-rotation",
} as const;

const data = ({ mount, path }: Pick<VaultField, "mount" | "path">): string => `${mount}/data/${path}`;
const stores = data({ mount: vaultMounts.kv, path: storesPath });

/** Every policy of the stack. */
export function vaultPolicies(keys: ProviderKeys): readonly VaultPolicy[] {
  const providers = [...new Set(Object.values(keys).map(data))].sort();
  const { transit, kv } = vaultMounts;
  return [
    {
      name: policyNames.router,
      grants: [
        { path: `${transit}/encrypt/${subjectKeys}`, capabilities: ["update"] },
        { path: `${transit}/decrypt/${subjectKeys}`, capabilities: ["update"] },
        // Made with its first use, allowed to be deleted, and deleted when its subject is to be forgotten.
        { path: `${transit}/keys/${subjectKeys}`, capabilities: ["create", "read", "update", "delete"] },
      ],
    },
    {
      name: policyNames.routerSecrets,
      grants: [stores, ...providers].map((path) => ({ path, capabilities: ["read"] as const })),
    },
    { name: policyNames.storeSecrets, grants: [{ path: stores, capabilities: ["read"] }] },
    {
      name: policyNames.seeder,
      grants: [
        // It may write what isn't there, and look whether it is; what is there it may neither change nor read.
        { path: stores, capabilities: ["create"] },
        { path: `${kv}/metadata/${storesPath}`, capabilities: ["read"] },
        { path: "sys/tools/random/32", capabilities: ["update"] },
      ],
    },
    // For whoever exchanges a provider's key, or takes it away: it can be written, not read.
    ...(providers.length === 0
      ? []
      : [
          {
            name: policyNames.rotation,
            grants: providers.map((path) => ({ path, capabilities: ["create", "update", "patch", "delete"] as const })),
          },
        ]),
  ];
}
