import { generateKeyPairSync, sign } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { vaultAudience, vaultNames } from "../../../infra/secrets/index.ts";
import type { StackConfig } from "../../../stacks/config/index.ts";
import { bubblewrap, vault } from "../../../tools/parts/index.ts";
import { stackOf } from "../../support/plan.ts";
import { eventually } from "../../support/wait.ts";
import { describeWithServer } from "../support.ts";
import { PlannedVault } from "./planned-vault.ts";
import { startUnsealer } from "./unsealer.ts";

const canary = "canary-81d2c";

/** Of a secret and a text only whether the one is in the other: a failure must not print it. */
const holds = (text: string, secrets: readonly string[]): boolean => secrets.some((secret) => text.includes(secret));

describeWithServer(bubblewrap, "with bubblewrap", () => {
  describeWithServer(vault, "the servers that airgap plans, unsealed by another Vault", (directory) => {
    let planned: PlannedVault;
    let unsealer: Awaited<ReturnType<typeof startUnsealer>>;
    let rootToken: string;
    const all = () => Array.from({ length: planned.replicas }, (_, index) => index);
    const others = (one: number) => all().filter((index) => index !== one);
    /** Through the server that leads: the service has many. */
    const readBack = async () =>
      planned.command(["kv", "get", "-mount=kv", "-field=key", "probe"], rootToken, await planned.leader());

    beforeAll(async () => {
      planned = await PlannedVault.of("airgap", directory, async ({ network, node }) => {
        const address = `${network}.200`;
        const { config, transit } = unsealedElsewhere(stackOf("airgap"));
        unsealer = await startUnsealer(node, address, transit.address);
        const secrets = { "vault-unseal": { token: unsealer.token } };
        return { secrets, hosts: { [unsealer.host]: address }, config: config(unsealer.authority) };
      });
      for (const index of all()) planned.start(index);
    });
    afterAll(async () => {
      await planned?.stop();
      await unsealer?.stop();
    });

    test("are initialised by the job, which leaves the keys in one file and says none", async () => {
      const { code, output } = await planned.job("vault-init");
      expect({ code, output }).toEqual({
        code: 0,
        output: "Vault is initialised; its answer is in init.json of this job's claim\n",
      });
      const folder = planned.claim(vaultNames.recoveryClaim);
      expect(readdirSync(folder)).toEqual([vaultNames.recoveryFile]);
      expect(statSync(join(folder, vaultNames.recoveryFile)).mode & 0o777).toBe(0o600);
      const { recovery_keys_b64: keys, root_token: token, ...rest } = planned.answered();
      rootToken = token;
      expect(rest).toMatchObject({ recovery_keys_shares: 5, recovery_keys_threshold: 3, unseal_keys_b64: [] });
      expect(new Set(keys).size).toBe(5);
    });

    test("become one raft of all, each unsealed by itself", async () => {
      for (const index of all()) await planned.ready(index);
      await eventually("each votes", async () => {
        const told = await planned.command(["operator", "raft", "list-peers", "-format=json"], rootToken);
        const { servers } = (
          JSON.parse(told) as { data: { config: { servers: { node_id: string; voter: boolean }[] } } }
        ).data.config;
        const voters = servers.filter(({ voter }) => voter).map(({ node_id }) => node_id);
        return (
          voters.toSorted().join() ===
          all()
            .map((index) => `vault-${index}`)
            .join()
        );
      });
      const status = JSON.parse(await planned.command(["status", "-format=json"])) as object;
      expect(status).toMatchObject({ type: "transit", recovery_seal: true, storage_type: "raft", sealed: false });
    });

    test("are initialised once: the job, run again, changes nothing", async () => {
      const before = planned.answered();
      const { code, output } = await planned.job("vault-init");
      expect({ code, output }).toEqual({ code: 0, output: "Vault is initialised already\n" });
      expect(JSON.stringify(planned.answered()) === JSON.stringify(before)).toBe(true);
    });

    test("write each request down where the plan has its audit, without what was secret in it", async () => {
      for (const { type, path, options } of planned.set("vault:index/audit:Audit").toReversed()) {
        const given = Object.entries(options as Record<string, string>).map((option) => option.join("="));
        await planned.command(["audit", "enable", `-path=${path}`, String(type), ...given], rootToken);
      }
      await planned.command(["secrets", "enable", "-path=kv", "-version=2", "kv"], rootToken);
      await eventually("kv is ready", () =>
        planned.command(["kv", "put", "-mount=kv", "probe", `key=${canary}`], rootToken),
      );
      expect(await readBack()).toBe(canary);
      const leader = await planned.leader();
      const written = readFileSync(join(planned.claim(`audit-vault-${leader}`), "audit.log"), "utf8");
      for (const log of [written, planned.output(leader)]) {
        expect([log.includes('"path":"kv/data/probe"'), holds(log, [canary, rootToken])]).toEqual([true, false]);
      }
    });

    test("have stores' passwords once, by the seeding job, which says none", async () => {
      const { job, token } = await seeding(planned, rootToken);
      const made = await job(token);
      expect(made).toMatchObject({ code: 0, output: "made\n" });
      const passwords = async () =>
        (
          JSON.parse(
            await planned.command(["kv", "get", "-mount=kv", "-format=json", "hybrid-llm/stores"], rootToken),
          ) as {
            data: { data: Record<string, string> };
          }
        ).data.data;
      const first = await passwords();
      expect(Object.keys(first)).toEqual(["database", "redis"]);
      for (const password of Object.values(first)) expect(/^[0-9a-f]{64}$/.test(password)).toBe(true);
      expect(new Set(Object.values(first)).size).toBe(2);
      expect(await job(token)).toMatchObject({ code: 0, output: "there already\n" });
      expect(JSON.stringify(await passwords()) === JSON.stringify(first)).toBe(true);
    });

    test("go on without their leader, and take it back, unsealed", async () => {
      const fallen = await planned.leader();
      await planned.end(fallen, "SIGKILL");
      const leader = await planned.leader();
      expect(others(fallen)).toContain(leader);
      await eventually("what was written is there", async () => (await readBack()) === canary);
      planned.start(fallen);
      await planned.ready(fallen);
      expect(await readBack()).toBe(canary);
      expect(holds(planned.output(fallen), [unsealer.token, rootToken])).toBe(false);
    });

    test("don't start while nobody unseals them", async () => {
      const [one = 0] = others(await planned.leader());
      await planned.end(one, "SIGTERM");
      await unsealer.stop();
      planned.start(one);
      await expect(planned.ended(one)).resolves.not.toBe(0);
    });
  });

  describeWithServer(vault, "the server that cluster plans, unsealed by people", (directory) => {
    let planned: PlannedVault;
    beforeAll(async () => {
      planned = await PlannedVault.of("cluster", directory, async () => ({ secrets: {}, hosts: {} }));
      planned.start(0);
    });
    afterAll(() => planned?.stop());

    test("is initialised by the job, and opened by three of five shares after each start", async () => {
      expect(await planned.job("vault-init")).toMatchObject({ code: 0 });
      const { unseal_keys_b64: shares } = planned.answered();
      expect(new Set(shares).size).toBe(5);
      for (const three of [shares.slice(0, 3), shares.slice(2)]) {
        await eventually("it waits", async () => (await planned.ask(0, "/v1/sys/health")).status === 503);
        for (const share of three) await planned.command(["operator", "unseal", share]);
        await planned.ready(0);
        await planned.end(0, "SIGTERM");
        planned.start(0);
      }
    });
  });
});

/** A stack's configuration with the authority of the Vault that unseals its own. */
function unsealedElsewhere(stack: StackConfig) {
  if (stack.kind === "local" || stack.secrets.vault.mode !== "deploy") throw new Error("it has no Vault of its own");
  const { vault } = stack.secrets;
  const { transit } = vault;
  if (transit === undefined) throw new Error("its Vault isn't unsealed by another");
  const config = (authority: string): StackConfig => ({
    ...stack,
    secrets: { ...stack.secrets, vault: { ...vault, transit: { ...transit, authority } } },
  });
  return { transit, config };
}

/**
 * The seeding job, with the role and policy that the plan has for it. The auth method is a double: it knows whose token it is
 * by a public key, where the planned one asks an API server (test/cluster/vault does so).
 */
async function seeding(planned: PlannedVault, rootToken: string) {
  const role = planned
    .set("vault:kubernetes/authBackendRole:AuthBackendRole")
    .find((each) => each.roleName === vaultNames.seeder);
  if (role === undefined) throw new Error("the plan has no role for the seeding job");
  const { backend, audience, tokenPolicies } = role as {
    readonly backend: string;
    readonly audience: string;
    readonly tokenPolicies: readonly string[];
  };
  const policy = planned.set("vault:index/policy:Policy").find(({ name }) => tokenPolicies.includes(String(name)));
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const command = (...args: string[]) => planned.command(args, rootToken);
  const key = publicKey.export({ type: "spki", format: "pem" });
  await command("auth", "enable", `-path=${backend}`, "jwt");
  await command("write", `auth/${backend}/config`, `jwt_validation_pubkeys=${key}`);
  await command("write", `sys/policies/acl/${policy?.name}`, `policy=${policy?.policy}`);
  await command(
    ...["write", `auth/${backend}/role/${role.roleName}`, "role_type=jwt", "user_claim=sub"],
    ...[`bound_audiences=${audience}`, `token_policies=${tokenPolicies}`, "token_no_default_policy=true"],
  );
  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: vaultNames.seeder, aud: vaultAudience, iat: now, nbf: now - 60, exp: now + 600 };
  const text = `${encoded({ alg: "ES256", typ: "JWT" })}.${encoded(claims)}`;
  const signature = sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return {
    token: `${text}.${signature.toString("base64url")}`,
    job: (token: string) => planned.job("seeder-job", { token }),
  };
}
