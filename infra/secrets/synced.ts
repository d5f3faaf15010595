import type * as pulumi from "@pulumi/pulumi";
import type { CustomObject, ObjectName } from "../workload/index.ts";
import { syncAccount, vaultAudience } from "./places.ts";

/** https://developer.hashicorp.com/vault/docs/deploy/kubernetes/vso/api-reference, v1beta1. */
export interface VaultConnectionSpec {
  readonly address: pulumi.Input<string>;
  /** Of a Secret of the namespace with `ca.crt`; the world's roots where absent. */
  readonly caCertSecretRef?: string;
  readonly skipTLSVerify: false;
}

export interface VaultAuthSpec {
  readonly vaultConnectionRef: string;
  readonly method: "kubernetes";
  readonly mount: string;
  readonly kubernetes: { role: string; serviceAccount: string; audiences: string[]; tokenExpirationSeconds: number };
}

export interface VaultStaticSecretSpec {
  readonly vaultAuthRef: string;
  readonly type: "kv-v2";
  readonly mount: string;
  readonly path: string;
  /** A Go duration: another value in Vault is in the Secret within this. */
  readonly refreshAfter: string;
  readonly hmacSecretData: true;
  readonly destination: {
    readonly name: string;
    readonly create: true;
    readonly overwrite: boolean;
    readonly labels: Record<string, string>;
    readonly type: "Opaque" | "kubernetes.io/basic-auth";
    /** Templates alone: nothing of the secret is copied that isn't named. */
    readonly transformation: {
      readonly excludeRaw: true;
      readonly excludes: string[];
      readonly templates: Record<string, { text: pulumi.Input<string> }>;
    };
  };
  readonly rolloutRestartTargets?: { kind: "Deployment" | "StatefulSet"; name: string }[];
}

export type SyncedObject =
  | CustomObject<"secrets.hashicorp.com/v1beta1", "VaultConnection", VaultConnectionSpec>
  | CustomObject<"secrets.hashicorp.com/v1beta1", "VaultAuth", VaultAuthSpec>
  | CustomObject<"secrets.hashicorp.com/v1beta1", "VaultStaticSecret", VaultStaticSecretSpec>;

/** Names within each namespace that is served. */
export const syncNames = { connection: "vault", auth: "vault", authority: "vault-ca" } as const;

/** A Secret that Vault's content becomes. */
export interface SyncedSecret {
  /** Of the Secret, and of the object that asks for it. */
  readonly name: string;
  readonly mount: string;
  readonly path: string;
  readonly type?: "Opaque" | "kubernetes.io/basic-auth";
  /** Keys of the Secret, as Go templates. */
  readonly templates: Readonly<Record<string, pulumi.Input<string>>>;
  /** What reads it at its start alone, and must begin anew. */
  readonly restarts?: readonly { readonly kind: "Deployment" | "StatefulSet"; readonly name: string }[];
}

const apiVersion = "secrets.hashicorp.com/v1beta1";

export const connectionObject = (
  metadata: ObjectName,
  address: pulumi.Input<string>,
  ownAuthority: boolean,
): SyncedObject => ({
  apiVersion,
  kind: "VaultConnection",
  metadata,
  spec: { address, ...(ownAuthority ? { caCertSecretRef: syncNames.authority } : {}), skipTLSVerify: false },
});

export const authObject = (metadata: ObjectName, mount: string, role: string): SyncedObject => ({
  apiVersion,
  kind: "VaultAuth",
  metadata,
  spec: {
    vaultConnectionRef: syncNames.connection,
    method: "kubernetes",
    mount,
    kubernetes: {
      role,
      serviceAccount: syncAccount,
      audiences: [vaultAudience],
      tokenExpirationSeconds: 600,
    },
  },
});

export const secretObject = (metadata: ObjectName, secret: SyncedSecret): SyncedObject => ({
  apiVersion,
  kind: "VaultStaticSecret",
  metadata,
  spec: {
    vaultAuthRef: syncNames.auth,
    type: "kv-v2",
    mount: secret.mount,
    path: secret.path,
    refreshAfter: "30s",
    hmacSecretData: true,
    destination: {
      name: secret.name,
      create: true,
      overwrite: false,
      labels: { ...metadata.labels },
      type: secret.type ?? "Opaque",
      transformation: {
        excludeRaw: true,
        excludes: [".*"],
        templates: Object.fromEntries(Object.entries(secret.templates).map(([key, text]) => [key, { text }])),
      },
    },
    ...(secret.restarts === undefined || secret.restarts.length === 0
      ? {}
      : { rolloutRestartTargets: secret.restarts.map((target) => ({ ...target })) }),
  },
});
