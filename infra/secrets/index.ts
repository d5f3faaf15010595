/** Vault in two phases, its policies as typed documents, and what comes out of it into the cluster. */
export { vaultFlows } from "./flows.ts";
export {
  type ProviderKeys,
  storesPath,
  syncAccount,
  type VaultField,
  vaultAudience,
  vaultField,
  vaultHosts,
  vaultMounts,
  vaultNames,
  vaultPorts,
  vaultUrl,
} from "./places.ts";
export { type Capability, type Grant, policyNames, policyText, type VaultPolicy, vaultPolicies } from "./policies.ts";
export { routerEnvironmentSecret, routerSecrets, storeSecretsOf } from "./router-secrets.ts";
export { SecretsOperator, secretsOperatorNamespace } from "./secrets-operator.ts";
export { Seeder } from "./seeder.ts";
export { Sync, type SyncArgs } from "./sync.ts";
export type { SyncedSecret } from "./synced.ts";
export { type UnsealChoice, Vault, type VaultArgs } from "./vault.ts";
export { roles, VaultConfiguration, type VaultConfigurationArgs } from "./vault-configuration.ts";
export { custodians } from "./vault-settings.ts";
