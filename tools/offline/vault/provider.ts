import { type ConfigureContext, type Provider, type ResourceType, UserError } from "../../provider/index.ts";
import { describeType, findSdk, planOnlyProvider, withDescription } from "../plan/index.ts";
import { Vault } from "./client.ts";
import { kvSecret } from "./kv.ts";
import { mountKinds, mountType } from "./mounts.ts";
import { made, madeType } from "./pki.ts";
import { settingType } from "./setting.ts";
import { config, type Settings } from "./settings.ts";
import { settings as table } from "./settings-table.ts";

const kv = "vault:kv/secretV2:SecretV2";

/** The types that really are set in a Vault. */
export const realTypes: readonly string[] = [
  kv,
  ...Object.keys(mountKinds),
  ...Object.keys(table),
  ...Object.keys(made),
];

/**
 * The offline `vault` provider: the types of {@link realTypes} over Vault's HTTP API, by a token; all other types of
 * @pulumi/vault are planned, and their `up` is refused. A preview asks Vault nothing.
 */
export function vaultProvider(): Provider<Settings> {
  const sdk = findSdk("@pulumi/vault");
  const rest = planOnlyProvider({ name: "vault", sdk: "@pulumi/vault", config, namesItself: true });
  let given: Settings = {};
  let unknown: readonly string[] = [];
  let opened: Vault | undefined;
  const vault = (): Vault => {
    if (unknown.includes("address") || unknown.includes("token"))
      throw new UserError("Vault's address or token isn't known yet");
    opened ??= new Vault(given);
    return opened;
  };
  const real = (token: string): ResourceType | undefined => {
    const [mount, setting, once] = [mountKinds[token], table[token], made[token]];
    if (token === kv) return kvSecret(vault);
    if (mount !== undefined) return mountType(mount, vault);
    if (setting !== undefined) return settingType(setting, vault);
    return once === undefined ? undefined : madeType(once, vault);
  };
  return {
    name: "vault",
    version: sdk.version,
    offline: true,
    description: `sets ${realTypes.length} kinds of things in a real Vault, by a token; all others are only planned`,
    resources: {},
    fallback(token) {
      const type = real(token);
      const description = describeType(sdk, token);
      if (type === undefined || description === undefined) return rest.fallback?.(token);
      return withDescription(type, description, token);
    },
    config,
    configure(settings: Settings, context: ConfigureContext) {
      given = settings;
      unknown = context.unknown;
      opened = undefined;
    },
    replaceOnConfig: ["address", "namespace"],
  };
}
