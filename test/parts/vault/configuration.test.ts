import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Authority } from "../../../tools/cluster/authority.ts";
import { Vault } from "../../../tools/offline/vault/client.ts";
import { vault } from "../../../tools/parts/index.ts";
import { PulumiProgram } from "../../support/pulumi-program.ts";
import { describeWithServer } from "../support.ts";
import { canary, firstKeys, secondPhase } from "./program.ts";
import { startVault, type VaultServer } from "./server.ts";

const second = { openai: "kv/llm/openai#key", claude: "kv/llm/claude#key" };

describeWithServer(vault, "a stack's second phase and a real Vault", (directory) => {
  let server: VaultServer;
  let program: PulumiProgram;
  let auth: object;
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
    // This Vault is in no pod, where the CA would lie.
    auth = { kubernetesCaCert: (await Authority.make("cluster")).certificate, disableLocalCaJwt: true };
    program = await PulumiProgram.open({ VAULT_TOKEN: server.rootToken });
    program.write(secondPhase(server, { auth, keys: firstKeys }));
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
    program.write(secondPhase(server, { auth, keys: second }));
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
