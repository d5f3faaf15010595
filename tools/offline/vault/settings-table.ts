import type { Setting } from "./setting.ts";
import { type Inputs, trimmed } from "./values.ts";

const text = (value: unknown): string => String(value ?? "");

/** Fields of a token that an auth method's role gives out are named alike in all of them. */
const role = (auth: string): Setting => ({
  path: ({ backend = auth, roleName }) => `auth/${trimmed(backend)}/role/${text(roleName)}`,
  inPath: ["backend", "roleName"],
  parse: (id) => {
    const [, backend = auth, name = ""] = /^auth\/(.+)\/role\/([^/]+)$/.exec(id) ?? [];
    return { backend, roleName: name };
  },
});

/** Arguments of a certificate's subject, which Vault names in the singular. */
const subject: Readonly<Record<string, string>> = {
  countries: "country",
  keyUsages: "key_usage",
  extKeyUsages: "ext_key_usage",
  localities: "locality",
  organizations: "organization",
  organizationUnit: "ou",
  postalCodes: "postal_code",
  provinces: "province",
  streetAddresses: "street_address",
};

/** Things that are kept at a path, by type token. Where they are and what they are called: Vault's HTTP API, 1.21. */
export const settings: Readonly<Record<string, Setting>> = {
  "vault:index/policy:Policy": {
    path: ({ name }) => `sys/policies/acl/${text(name)}`,
    inPath: ["name"],
    parse: (id) => ({ name: id.replace(/^sys\/policies\/acl\//, ""), policy: "" }),
  },
  "vault:kv/secretBackendV2:SecretBackendV2": {
    path: ({ mount }) => `${trimmed(mount)}/config`,
    inPath: ["mount"],
    names: { deleteVersionAfter: "delete_version_after" },
    staysOnDelete: true,
  },
  "vault:transit/secretBackendKey:SecretBackendKey": {
    path: ({ backend, name }) => `${trimmed(backend)}/keys/${text(name)}`,
    inPath: ["backend", "name"],
    fixed: ["type", "derived", "convergentEncryption", "keySize", "parameterSet", "managedKeyId", "managedKeyName"],
    computed: [
      "keys",
      "latestVersion",
      "minAvailableVersion",
      "supportsDecryption",
      "supportsDerivation",
      "supportsEncryption",
      "supportsSigning",
    ],
    outputs: ({ keys, ...data }) => ({
      keys: keysOf(keys),
      latestVersion: data.latest_version,
      minAvailableVersion: data.min_available_version,
      supportsDecryption: data.supports_decryption,
      supportsDerivation: data.supports_derivation,
      supportsEncryption: data.supports_encryption,
      supportsSigning: data.supports_signing,
    }),
    change: (inputs, body) => ({
      path: `${trimmed(inputs.backend)}/keys/${text(inputs.name)}/config`,
      body: only(body, [
        "allow_plaintext_backup",
        "auto_rotate_period",
        "deletion_allowed",
        "exportable",
        "min_decryption_version",
        "min_encryption_version",
      ]),
    }),
    async release(vault, { backend, name, namespace, deletionAllowed }) {
      if (deletionAllowed !== true) return;
      const path = `${trimmed(backend)}/keys/${text(name)}/config`;
      await vault.call({ method: "POST", path, body: { deletion_allowed: true }, namespace: namespace as string });
    },
  },
  "vault:pkiSecret/secretBackendRole:SecretBackendRole": {
    path: ({ backend, name }) => `${trimmed(backend)}/roles/${text(name)}`,
    inPath: ["backend", "name"],
    names: subject,
  },
  "vault:pkiSecret/secretBackendConfigUrls:SecretBackendConfigUrls": {
    path: ({ backend }) => `${trimmed(backend)}/config/urls`,
    inPath: ["backend"],
    staysOnDelete: true,
  },
  "vault:kubernetes/authBackendConfig:AuthBackendConfig": {
    path: ({ backend = "kubernetes" }) => `auth/${trimmed(backend)}/config`,
    inPath: ["backend"],
    names: { kubernetesCaCert: "kubernetes_ca_cert" },
    writeOnly: ["tokenReviewerJwt", "tokenReviewerJwtWo"],
    secretOutputs: ["tokenReviewerJwt", "tokenReviewerJwtWo"],
    staysOnDelete: true,
  },
  "vault:kubernetes/authBackendRole:AuthBackendRole": role("kubernetes"),
  "vault:jwt/authBackendRole:AuthBackendRole": role("jwt"),
};

function only(body: Inputs, names: readonly string[]): Inputs {
  return Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name)));
}

/** Versions of a key; of a symmetric one Vault tells the time at which it was made. */
function keysOf(keys: unknown): readonly Inputs[] {
  return Object.entries((keys ?? {}) as Inputs).map(([id, key]) =>
    typeof key === "object" && key !== null
      ? Object.fromEntries(Object.entries(key as Inputs).map(([name, value]) => [name, String(value)]))
      : { id, creation_time: String(key) },
  );
}
