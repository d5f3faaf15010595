import { renderJson } from "../../runtime/config/index.ts";
import { vaultPorts, vaultServerUrl } from "./places.ts";

/** How Vault gets its own key back when it starts. */
export type Unseal =
  /** By a KMS key of AWS, named by its alias. */
  | { readonly by: "kms"; readonly keyAlias: string; readonly region: string }
  /** By the transit engine of another Vault, with the token of a Secret `vault-unseal` (`token`). */
  | TransitUnseal
  /** By people, each time. */
  | { readonly by: "shamir" };

/** Where the Vault is that unseals. */
export interface TransitUnseal {
  readonly by: "transit";
  readonly address: string;
  readonly mount: string;
  readonly keyName: string;
  /** The certificate, in PEM, of who signed that Vault's own. @default those that the image believes */
  readonly authority?: string | undefined;
}

export const vaultFolders = {
  settings: "/vault/settings",
  tls: "/vault/tls",
  data: "/vault/data",
  audit: "/vault/audit",
  recovery: "/vault/recovery",
  custodians: "/vault/custodians",
  token: "/run/secrets/vault",
} as const;

/** Beside the settings. */
const unsealAuthority = "unsealer.pem";

/** Vault's settings, by their files' names. */
export const settingsFiles = (args: Parameters<typeof vaultSettings>[0]): Record<string, string> => ({
  "vault.json": vaultSettings(args),
  ...(args.unseal.by === "transit" && args.unseal.authority !== undefined
    ? { [unsealAuthority]: args.unseal.authority }
    : {}),
});

/** Vault's settings as JSON: raft over its own TLS, sealed by what the stack chose. */
export function vaultSettings(args: { readonly replicas: number; readonly unseal: Unseal }): string {
  const { tls, data } = vaultFolders;
  const peers = Array.from({ length: args.replicas }, (_, index) => ({
    leader_api_addr: vaultServerUrl(index),
    leader_ca_cert_file: `${tls}/ca.crt`,
  }));
  return renderJson({
    ui: false,
    // Raft's store is a mapped file: locked in memory it would grow past every limit. Pods have no swap.
    disable_mlock: true,
    listener: [
      {
        tcp: {
          address: `0.0.0.0:${vaultPorts.api}`,
          cluster_address: `0.0.0.0:${vaultPorts.cluster}`,
          tls_cert_file: `${tls}/tls.crt`,
          tls_key_file: `${tls}/tls.key`,
          tls_min_version: "tls13",
        },
      },
    ],
    storage: { raft: { path: data, retry_join: peers } },
    telemetry: { disable_hostname: true, prometheus_retention_time: "24h" },
    ...sealOf(args.unseal),
  });
}

function sealOf(unseal: Unseal): Record<string, unknown> {
  switch (unseal.by) {
    case "kms":
      return { seal: { awskms: { kms_key_id: unseal.keyAlias, region: unseal.region } } };
    case "transit":
      return {
        seal: {
          transit: {
            address: unseal.address,
            mount_path: unseal.mount,
            key_name: unseal.keyName,
            ...(unseal.authority === undefined ? {} : { tls_ca_cert: `${vaultFolders.settings}/${unsealAuthority}` }),
          },
        },
      };
    case "shamir":
      return {};
  }
}

/** People among whom the recovery keys (or with `shamir` the unseal keys) are shared out: five, of whom three are enough. */
export const custodians = { shares: 5, threshold: 3 } as const;

/**
 * Initialises Vault once and leaves its answer, root token and shares, in one file of a claim that nothing else mounts;
 * never in a log. With a PGP key for each custodian, shares and root token are encrypted to them.
 *
 * @param custodianKeys how many PGP keys are mounted: none, or one a share
 */
export function initScript(unseal: Unseal, custodianKeys: number, file: string): string {
  const { recovery, custodians: folder } = vaultFolders;
  if (custodianKeys !== 0 && custodianKeys !== custodians.shares) {
    throw new RangeError(
      `secrets.vault.custodianKeys: ${custodianKeys}; allowed are none, or ${custodians.shares}: one for each share`,
    );
  }
  const keys = Array.from({ length: custodianKeys }, (_, index) => `${folder}/${index}.asc`).join(",");
  const kind = unseal.by === "shamir" ? "" : "recovery-";
  const flags = [
    `-${unseal.by === "shamir" ? "key" : "recovery"}-shares=${custodians.shares}`,
    `-${unseal.by === "shamir" ? "key" : "recovery"}-threshold=${custodians.threshold}`,
    ...(custodianKeys === 0 ? [] : [`-${kind}pgp-keys=${keys}`, `-root-token-pgp-key=${folder}/0.asc`]),
  ].join(" ");
  return [
    "set -eu",
    "umask 077",
    "tries=0",
    // 0 is open, 2 is sealed or not yet initialised, anything else is no answer.
    "while :; do",
    "  code=0; vault status -format=json > /tmp/status.json 2>/dev/null || code=$?",
    '  [ "$code" = 0 ] || [ "$code" = 2 ] && break',
    '  tries=$((tries + 1)); [ "$tries" -lt 150 ] || { echo "Vault does not answer"; exit 1; }',
    "  sleep 2",
    "done",
    `if grep -q '"initialized": *true' /tmp/status.json; then echo "Vault is initialised already"; exit 0; fi`,
    `vault operator init -format=json ${flags} > ${recovery}/${file}.part`,
    `mv ${recovery}/${file}.part ${recovery}/${file}`,
    `echo "Vault is initialised; its answer is in ${file} of this job's claim"`,
    "",
  ].join("\n");
}

/** Puts random passwords for the stores into Vault where there are none. They pass through no argument and no log. */
export function seedScript(args: {
  readonly authPath: string;
  readonly role: string;
  readonly mount: string;
  readonly path: string;
  readonly fields: readonly string[];
}): string {
  const { authPath, role, mount, path, fields } = args;
  const json = `{${fields.map((field) => `"${field}":"%s"`).join(",")}}`;
  return [
    "set -eu",
    `VAULT_TOKEN="$(vault write -field=token auth/${authPath}/login role=${role} jwt=@${vaultFolders.token}/token)"`,
    "export VAULT_TOKEN",
    `if vault kv metadata get -mount=${mount} ${path} >/dev/null 2>&1; then echo "there already"; exit 0; fi`,
    "random() { vault write -field=random_bytes sys/tools/random/32 format=hex; }",
    `printf '${json}' ${fields.map(() => '"$(random)"').join(" ")} | vault kv put -mount=${mount} -cas=0 ${path} - >/dev/null`,
    'echo "made"',
    "",
  ].join("\n");
}
