import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Authority } from "../../../tools/cluster/authority.ts";
import { projectDirectory } from "../../../tools/engine/index.ts";
import { Vault } from "../../../tools/offline/vault/client.ts";
import { vault } from "../../../tools/parts/index.ts";
import { PulumiProgram } from "../../support/pulumi-program.ts";
import { describeWithServer } from "../support.ts";
import { startVault, type VaultServer } from "./server.ts";

const canary = "canary-81d2c";

/**
 * The second phase of a stack's secrets. The test's own are where audit's file lies, and the API server's CA: this Vault is
 * in no pod.
 */
const programOf = ({ address, directory }: VaultServer, ca: string, providers: string) => `
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";
import { placeOf } from "${projectDirectory}/infra/region/index.ts";
import { VaultConfiguration, vaultField } from "${projectDirectory}/infra/secrets/index.ts";

const ca = ${JSON.stringify(ca)};
const changed = {
  "vault:index/audit:Audit": ({ options }) =>
    options.file_path === "stdout" ? {} : { options: { ...options, file_path: "${directory}/audit.log" } },
  "vault:kubernetes/authBackendConfig:AuthBackendConfig": () => ({ kubernetesCaCert: ca, disableLocalCaJwt: true }),
};
pulumi.runtime.registerResourceTransform(({ type, props, opts }) => ({
  props: { ...props, ...changed[type]?.(props) }, opts,
}));
const scope = {
  ...placeOf({ stack: "hybrid-llm-test", name: "site-a" }),
  kubernetes: new kubernetes.Provider("site-a-kubernetes", { kubeconfig: "{}", clusterIdentifier: "site-a" }),
};
const provider = new vault.Provider("site-a-vault", { address: "${address}", skipChildToken: true });
const configured = new VaultConfiguration("site-a-vault-configuration", scope, {
  provider, authPath: "kubernetes", own: true, keys: ${providers},
});
const after = { provider, dependsOn: [configured] };
new vault.kv.SecretV2("openai", {
  mount: "kv", name: "llm/openai", dataJson: pulumi.secret(JSON.stringify({ key: "${canary}" })),
}, after);
`;

const openai = 'vaultField("kv/llm/openai#key")';
const first = `{ openai: ${openai} }`;
const second = `{ openai: ${openai}, claude: vaultField("kv/llm/claude#key") }`;

describeWithServer(vault, "a stack's second phase and a real Vault", (directory) => {
  let server: VaultServer;
  let program: PulumiProgram;
  let ca: string;
  const told = async (path: string) => (await server.asRoot.find({ path })) as Record<string, never> | undefined;
  const ran = async (work: Promise<{ ok: boolean; output: string }>) => {
    const { ok, output } = await work;
    expect(ok, output).toBe(true);
    expect(output).not.toContain(canary);
    expect(output).not.toContain(server.rootToken);
    return output;
  };
  /** A token that has one policy alone, as the role of a pod gives it out. */
  const as = async (policy: string): Promise<Vault> => {
    const body = { policies: [policy], no_default_policy: true, ttl: "10m" };
    const { auth } = (await server.asRoot.call({ method: "POST", path: "auth/token/create", body })) as {
      auth: { client_token: string };
    };
    return new Vault({ address: server.address, token: auth.client_token }, {});
  };

  beforeAll(async () => {
    server = await startVault(directory);
    ca = (await Authority.make("cluster")).certificate;
    program = await PulumiProgram.open({ VAULT_TOKEN: server.rootToken });
    program.write(programOf(server, ca, first));
  });
  afterAll(async () => {
    program?.remove();
    await server?.stop();
  });

  test("an up sets what the plan says", async () => {
    await ran(program.up());
    expect(Object.keys((await told("sys/mounts")) ?? {})).toEqual(expect.arrayContaining(["kv/", "transit/"]));
    expect(await told("kv/config")).toMatchObject({ max_versions: 5 });
    expect(await told("transit/keys/subject-shared")).toMatchObject({
      type: "aes256-gcm96",
      deletion_allowed: true,
      exportable: false,
      allow_plaintext_backup: false,
    });
    expect(Object.keys((await told("sys/audit")) ?? {})).toEqual(["file/", "stdout/"]);
    expect(await told("auth/kubernetes/config")).toMatchObject({ kubernetes_host: "https://kubernetes.default.svc" });
    expect(await told("auth/kubernetes/role/router")).toMatchObject({
      bound_service_account_names: ["router"],
      bound_service_account_namespaces: ["router"],
      audience: "vault",
      token_policies: ["hybrid-llm-router"],
      token_no_default_policy: true,
      token_ttl: 1200,
      token_max_ttl: 3600,
    });
    expect(await told("kv/data/llm/openai")).toMatchObject({ data: { key: canary } });
  });

  test("an up again, and a refresh, find nothing to change", async () => {
    await ran(program.up("--expect-no-changes"));
    await ran(program.run("refresh", "--stack", "test", "--yes", "--skip-preview", "--expect-no-changes"));
  });

  test("each policy allows what its party does, and nothing of the others'", async () => {
    const data = Buffer.from("what a student wrote").toString("base64");
    const router = await as("hybrid-llm-router");
    const post = (who: Vault, path: string, body: object) => who.call({ method: "POST", path, body });
    await post(router, "transit/keys/subject-ann", { type: "aes256-gcm96" });
    const { data: sealed } = await post(router, "transit/encrypt/subject-ann", { plaintext: data });
    const opened = await post(router, "transit/decrypt/subject-ann", { ciphertext: sealed?.ciphertext });
    expect(opened.data?.plaintext).toBe(data);
    // Forgotten: what is still kept of the subject can be read by nobody.
    await post(router, "transit/keys/subject-ann/config", { deletion_allowed: true });
    await router.call({ method: "DELETE", path: "transit/keys/subject-ann" });
    await expect(post(router, "transit/decrypt/subject-ann", { ciphertext: sealed?.ciphertext })).rejects.toThrow();
    await expect(post(router, "transit/encrypt/other", { plaintext: data })).rejects.toThrow("permission denied");

    const secrets = await as("hybrid-llm-router-secrets");
    expect((await secrets.call({ path: "kv/data/llm/openai" })).data).toMatchObject({ data: { key: canary } });
    await expect(post(secrets, "kv/data/llm/openai", { data: { key: "x" } })).rejects.toThrow("permission denied");

    const seeder = await as("hybrid-llm-store-seeder");
    const passwords = { data: { password: "made" }, options: { cas: 0 } };
    await post(seeder, "kv/data/hybrid-llm/stores", passwords);
    await expect(post(seeder, "kv/data/hybrid-llm/stores", passwords)).rejects.toThrow("permission denied");
    await expect(seeder.call({ path: "kv/data/hybrid-llm/stores" })).rejects.toThrow("permission denied");
    expect((await post(seeder, "sys/tools/random/32", { format: "hex" })).data?.random_bytes).toMatch(/^[0-9a-f]{64}$/);

    const stores = await as("hybrid-llm-store-secrets");
    await stores.call({ path: "kv/data/hybrid-llm/stores" });
    await expect(stores.call({ path: "kv/data/llm/openai" })).rejects.toThrow("permission denied");

    const rotation = await as("hybrid-llm-rotation");
    await expect(rotation.call({ path: "kv/data/llm/openai" })).rejects.toThrow("permission denied");
    await post(rotation, "kv/data/llm/openai", { data: { key: `${canary}-2` } });
    expect((await secrets.call({ path: "kv/data/llm/openai" })).data).toMatchObject({
      data: { key: `${canary}-2` },
      metadata: { version: 2 },
    });
  });

  test("what somebody else changed is seen and set right", async () => {
    const body = { token_ttl: "30m", bound_service_account_names: ["*"] };
    await server.asRoot.call({ method: "POST", path: "auth/kubernetes/role/router", body });
    await ran(program.refresh());
    await ran(program.up());
    expect(await told("auth/kubernetes/role/router")).toMatchObject({
      token_ttl: 1200,
      bound_service_account_names: ["router"],
    });
    expect(await told("kv/data/llm/openai")).toMatchObject({ data: { key: canary } });
  });

  test("another provider's key changes the policies alone", async () => {
    program.write(programOf(server, ca, second));
    const output = await ran(program.up());
    expect(output).toMatch(/~ 2 updated/);
    expect(output).not.toMatch(/replaced|deleted/);
    const { policy } = (await told("sys/policies/acl/hybrid-llm-router-secrets")) ?? {};
    expect(Object.keys((JSON.parse(String(policy)) as { path: object }).path).toSorted()).toEqual([
      "kv/data/hybrid-llm/stores",
      "kv/data/llm/claude",
      "kv/data/llm/openai",
    ]);
  });

  test("the audit tells who asked for what, and no value; the state holds none either", async () => {
    const log = readFileSync(join(server.directory, "audit.log"), "utf8");
    const state = await program.exported();
    const holds = (text: string, part: string) => text.includes(part);
    expect([holds(log, '"path":"kv/data/llm/openai"'), holds(state, "vault:index/policy:Policy")]).toEqual([
      true,
      true,
    ]);
    for (const secret of [canary, server.rootToken])
      expect([holds(log, secret), holds(state, secret)]).toEqual([false, false]);
  });

  test("a destroy leaves nothing of it", async () => {
    await ran(program.destroy());
    expect(Object.keys((await told("sys/mounts")) ?? {})).not.toEqual(expect.arrayContaining(["transit/"]));
    expect(await told("sys/audit")).toEqual({});
    expect(Object.keys((await told("sys/auth")) ?? {})).toEqual(["token/"]);
    expect(await told("sys/policies/acl/hybrid-llm-router")).toBeUndefined();
  });
});
