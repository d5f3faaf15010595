import * as vault from "@pulumi/vault";
import { describe, expect, it } from "vitest";
import { refuseDefaultProviders } from "../../infra/region/index.ts";
import {
  routerSecrets,
  SecretsOperator,
  Seeder,
  Sync,
  storeSecretsOf,
  Vault,
  type VaultArgs,
  VaultConfiguration,
} from "../../infra/secrets/index.ts";
import { byName, cloudScope, computedOutputs, listed } from "../support/infra.ts";
import { type Registration, registrationsOf } from "../support/pulumi-mocks.ts";
import { children, clusterScope, inputsOf, planned } from "../support/workloads.ts";

const issuer = { name: "hybrid-llm", kind: "ClusterIssuer" } as const;
const keys = { openai: { mount: "kv", path: "llm/openai", field: "key" } };

describe("Vault in AWS", () => {
  const plan = (changes: Partial<VaultArgs> = {}, production = false): Promise<Registration[]> =>
    registrationsOf(
      () => {
        refuseDefaultProviders();
        const args = { replicas: 3, storageGiB: 10, unseal: { by: "kms" }, issuer, clusterName: "main" } as const;
        new Vault("v", cloudScope({ production }), { ...args, ...changes });
      },
      { outputs: computedOutputs },
    );

  it("is servers that a key of KMS unseals, and a job that initialises them", async () => {
    expect(listed(await plan())).toEqual([
      "Vault v",
      "Certificate v-certificate",
      "PodDisruptionBudget v-disruption-budget",
      "PodRole v-identity",
      "PodIdentityAssociation v-identity-association",
      "RolePolicy v-identity-policy",
      "Role v-identity-role",
      "Job v-init",
      "Service v-pods",
      "PersistentVolumeClaim v-recovery",
      "StatefulSet v-servers",
      "Service v-service",
      "ServiceAccount v-service-account",
      "ConfigMap v-settings",
      "ClusterRoleBinding v-token-review",
      "Key v-unseal-key",
      "Alias v-unseal-key-alias",
    ]);
  });

  it("may use that key and no other", async () => {
    const found = byName(await plan());
    expect(JSON.parse(String(found["v-identity-policy"]?.inputs.policy)).Statement).toEqual([
      {
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"],
        Resource: ["arn:aws:test:::v-unseal-key"],
      },
    ]);
    expect(found["v-identity-association"]?.inputs).toMatchObject({ namespace: "vault", serviceAccount: "vault" });
    expect(JSON.stringify(found["v-settings"]?.inputs.data)).toContain("alias/hybrid-llm-test-eu-west-1-vault");
  });

  it("leaves recovery keys on the volume of one claim, which the job alone mounts", async () => {
    const found = byName(await plan());
    const mounts = (name: string) => JSON.stringify(found[name]?.inputs.spec).includes("vault-recovery");
    expect([mounts("v-init"), mounts("v-servers")]).toEqual([true, false]);
    expect(found["v-recovery"]?.inputs.metadata).toMatchObject({ name: "vault-recovery", namespace: "vault" });
    // The job has the authority of Vault's certificate, and not the key.
    expect(JSON.stringify(found["v-init"]?.inputs.spec)).toContain('"items":[{"key":"ca.crt","path":"ca.crt"}]');
  });

  it("shares them out to people who have keys", async () => {
    const custodianKeys = Array.from({ length: 5 }, (_, index) => `-----BEGIN PGP PUBLIC KEY BLOCK-----\n${index}\n`);
    const found = byName(await plan({ custodianKeys }));
    expect(Object.keys(found["v-custodians"]?.inputs.data as object)).toEqual([
      "0.asc",
      "1.asc",
      "2.asc",
      "3.asc",
      "4.asc",
    ]);
  });

  it("has no KMS elsewhere", async () => {
    const args = { replicas: 1, storageGiB: 1, unseal: { by: "kms" }, issuer } as const;
    const found = await planned(() => {
      expect(() => new Vault("v", clusterScope(), args)).toThrow("allowed without AWS are transit and shamir");
    });
    expect(found).toEqual([]);
  });
});

describe("Vault elsewhere", () => {
  const unseal = {
    by: "transit",
    address: "https://unseal.example.com",
    mount: "transit",
    keyName: "unseal",
  } as const;

  it("is unsealed by another, with a token by a Secret's name", async () => {
    const found = await planned(() => {
      refuseDefaultProviders();
      new Vault("v", clusterScope({ airgapped: true }), { replicas: 3, storageGiB: 10, unseal, issuer });
    });
    expect(JSON.stringify(inputsOf(found, "v-settings"))).toContain("https://unseal.example.com");
    expect(JSON.stringify(inputsOf(found, "v-servers"))).toMatch(/"secretKeyRef":\{[^}]*"name":"vault-unseal"/);
  });

  it("believes of the other Vault the authority that is given, and never its own", async () => {
    const plan = (authority?: string) =>
      planned(() => {
        new Vault("v", clusterScope(), { replicas: 1, storageGiB: 1, unseal: { ...unseal, authority }, issuer });
      });
    for (const found of [await plan(), await plan("the other's authority")]) {
      expect(JSON.stringify(inputsOf(found, "v-servers"))).not.toContain("VAULT_CACERT");
    }
    const { data } = inputsOf(await plan("the other's authority"), "v-settings") as { data: Record<string, string> };
    expect(JSON.parse(data["vault.json"] ?? "").seal.transit.tls_ca_cert).toBe("/vault/settings/unsealer.pem");
    expect(data["unsealer.pem"]).toBe("the other's authority");
  });
});

describe("what is set in Vault", () => {
  const plan = (own: boolean) =>
    registrationsOf(() => {
      refuseDefaultProviders();
      const provider = new vault.Provider("site-vault", { address: "https://vault.example.com", skipChildToken: true });
      new VaultConfiguration("c", clusterScope(), { provider, keys, authPath: "kubernetes", own });
    });

  it("is engines, an auth method, audit, a policy and a role for each party", async () => {
    const found = await plan(true);
    const made = listed(found).filter((name) => name.includes(" c"));
    expect(made).toHaveLength(18);
    const of = byName(found);
    const inVault = found.filter(({ type }) => type.startsWith("vault:"));
    expect(inVault.length).toBe(17);
    for (const { provider } of inVault) expect(provider).toBe("site-vault");
    expect(of["c-key-shared"]?.inputs).toMatchObject({
      backend: "transit",
      deletionAllowed: true,
      exportable: false,
      allowPlaintextBackup: false,
    });
    expect(of["c-auth-config"]?.inputs).toEqual({
      backend: "kubernetes",
      kubernetesHost: "https://kubernetes.default.svc",
    });
    expect(of["c-role-router"]?.inputs).toMatchObject({
      boundServiceAccountNames: ["router"],
      boundServiceAccountNamespaces: ["router"],
      audience: "vault",
      tokenPolicies: ["hybrid-llm-router"],
      tokenNoDefaultPolicy: true,
      tokenTtl: 1200,
    });
    expect(of["c-role-store-secrets"]?.inputs).toMatchObject({
      boundServiceAccountNames: ["secrets-sync"],
      boundServiceAccountNamespaces: ["data"],
      tokenPolicies: ["hybrid-llm-store-secrets"],
    });
    expect(of["c-audit-stdout"]?.inputs).toMatchObject({ type: "file", options: { file_path: "stdout" } });
  });

  it("leaves engines, audit and the auth method's settings of somebody else's Vault alone", async () => {
    const types = (await plan(false)).map(({ type }) => type);
    for (const type of [
      "vault:index/mount:Mount",
      "vault:index/audit:Audit",
      "vault:kubernetes/authBackendConfig:AuthBackendConfig",
    ]) {
      expect(types).not.toContain(type);
    }
    expect(types).toContain("vault:index/policy:Policy");
  });

  it("holds no token: that is in the environment of whoever runs it", async () => {
    const provider = (await plan(true)).find(({ name }) => name === "site-vault");
    expect(Object.keys(provider?.inputs ?? {}).toSorted()).toEqual([
      "address",
      "maxLeaseTtlSeconds",
      "maxRetries",
      "skipChildToken",
    ]);
  });
});

describe("what comes out of Vault", () => {
  const plan = () =>
    planned(() => {
      refuseDefaultProviders();
      const scope = clusterScope();
      new SecretsOperator("o", scope);
      new Seeder("s", scope, { authPath: "kubernetes" });
      const secrets = [
        ...routerSecrets({ keys, environment: { REDIS_URL: "rediss://x" }, deployments: ["router-current"] }),
        ...storeSecretsOf({ managed: true, redis: true }),
      ];
      const at = { namespace: "router", address: "https://vault", authPath: "kubernetes", role: "router-secrets" };
      new Sync("y", scope, { ...at, trustBundlePem: "root\n", secrets });
    });

  it("is Secrets by name, made by an operator that logs in as the namespace's account", async () => {
    const found = await plan();
    expect(children(found).filter((name) => name.includes(" y"))).toEqual([
      "Sync y < the stack",
      "VaultAuth y-auth < y",
      "Secret y-authority < y",
      "VaultConnection y-connection < y",
      "VaultStaticSecret y-database-owner < y",
      "VaultStaticSecret y-database-pooler-users < y",
      "VaultStaticSecret y-redis-password < y",
      "VaultStaticSecret y-router-environment < y",
      "VaultStaticSecret y-router-keys-openai < y",
      "ServiceAccount y-service-account < y",
    ]);
    expect(inputsOf(found, "y-auth").spec).toEqual({
      vaultConnectionRef: "vault",
      method: "kubernetes",
      mount: "kubernetes",
      kubernetes: {
        role: "router-secrets",
        serviceAccount: "secrets-sync",
        audiences: ["vault"],
        tokenExpirationSeconds: 600,
      },
    });
  });

  it("restarts who reads its environment once, and nobody who reads files again", async () => {
    const found = await plan();
    const restarts = (name: string) =>
      (inputsOf(found, name).spec as { rolloutRestartTargets?: unknown }).rolloutRestartTargets;
    expect(restarts("y-router-environment")).toEqual([{ kind: "Deployment", name: "router-current" }]);
    expect(restarts("y-router-keys-openai")).toBeUndefined();
    expect(restarts("y-redis-password")).toEqual([{ kind: "StatefulSet", name: "redis" }]);
    expect(inputsOf(found, "y-router-keys-openai").spec).toMatchObject({
      mount: "kv",
      path: "llm/openai",
      destination: {
        name: "router-keys-openai",
        transformation: {
          excludeRaw: true,
          excludes: [".*"],
          templates: { key: { text: '{{ get .Secrets "key" }}' } },
        },
      },
    });
  });

  it("is seeded by a job whose token is good for Vault alone", async () => {
    const spec = JSON.stringify(inputsOf(await plan(), "s-job"));
    expect(spec).toContain('"serviceAccountToken":{"audience":"vault","expirationSeconds":600,"path":"token"}');
    expect(spec).toContain('"automountServiceAccountToken":false');
  });

  it("comes by the operator's pinned images", async () => {
    const found = await plan();
    expect(inputsOf(found, "o-chart")).toMatchObject({ declares: { apiGroups: ["secrets.hashicorp.com"] } });
    expect(JSON.stringify(inputsOf(found, "o-chart-release").values)).toMatch(/"tag":"1\.4\.1@sha256:[0-9a-f]{64}"/);
  });
});
