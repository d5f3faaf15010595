import { afterAll, beforeAll, expect, test } from "vitest";
import { shared } from "../../../infra/router/index.ts";
import type { KubernetesObject } from "../../../tools/offline/kubernetes/objects.ts";
import { Vault } from "../../../tools/offline/vault/client.ts";
import { vault } from "../../../tools/parts/index.ts";
import { canary, firstKeys, secondPhase } from "../../parts/vault/program.ts";
import { startVault, type VaultServer } from "../../parts/vault/server.ts";
import { objectsOf } from "../../support/manifests.ts";
import { planOf, stackOf } from "../../support/plan.ts";
import { PulumiProgram } from "../../support/pulumi-program.ts";
import { describeWithControlPlane, startCluster, type TestCluster } from "../support.ts";

/** What Kubernetes must have for pods to log in: accounts, and Vault's right to ask whose token it is. */
const kinds = ["Namespace", "ServiceAccount", "ClusterRoleBinding"];

describeWithControlPlane("pods' accounts, a real API server and a real Vault", (directory) => {
  let cluster: TestCluster;
  let server: VaultServer;
  let program: PulumiProgram;
  const apply = (object: KubernetesObject) => cluster.direct.apply(object, { fieldManager: "test", force: true });
  const tokenOf = async (namespace: string, name: string, audiences?: readonly string[]): Promise<string> => {
    const answer = await cluster.direct.connection.send<{ status: { token: string } }>({
      method: "POST",
      path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
      body: {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: { audiences, expirationSeconds: 600 },
      },
      what: "request a token",
    });
    return answer.status.token;
  };
  const logIn = async (role: string, jwt: string) => {
    const anybody = new Vault({ address: server.address, token: "none" }, {});
    const { auth } = (await anybody.call({ method: "POST", path: "auth/kubernetes/login", body: { role, jwt } })) as {
      auth: { client_token: string; policies: readonly string[]; lease_duration: number };
    };
    return { ...auth, vault: new Vault({ address: server.address, token: auth.client_token }, {}) };
  };

  beforeAll(async () => {
    const found = vault.find();
    if (found === undefined) throw new Error(`${vault.name} is missing: npm run test:cluster gets it`);
    cluster = await startCluster(directory);
    const planned = objectsOf(await planOf(stackOf("cluster"))).map(({ object }) => object);
    for (const kind of kinds) for (const object of planned) if (object.kind === kind) await apply(object);
    for (const [namespace, name] of [
      ["router", shared.serviceAccount],
      ["router", "other"],
      ["router", "secrets-sync"],
      ["data", "secrets-sync"],
    ] as const) {
      await apply({ apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace, name } });
    }
    server = await startVault(found);
    program = await PulumiProgram.open({ VAULT_TOKEN: server.rootToken });
    // In a pod these three lie in files of its own.
    const auth = {
      kubernetesHost: cluster.plane.server,
      kubernetesCaCert: cluster.plane.certificateAuthority,
      tokenReviewerJwt: await tokenOf("vault", "vault"),
      disableLocalCaJwt: true,
    };
    program.write(secondPhase(server, { auth, keys: firstKeys }));
    const { ok, output } = await program.up();
    expect(ok, output).toBe(true);
  });
  afterAll(async () => {
    program?.remove();
    await server?.stop();
    await cluster?.plane.stop();
  });

  test("an account logs in with a token for Vault, and has its own policy alone", async () => {
    const { vault: asSync, ...sync } = await logIn(
      "router-secrets",
      await tokenOf("router", "secrets-sync", ["vault"]),
    );
    expect(sync).toMatchObject({ policies: ["hybrid-llm-router-secrets"], lease_duration: 1200 });
    expect((await asSync.call({ path: "kv/data/llm/openai" })).data).toMatchObject({ data: { key: canary } });
    const { vault: asRouter } = await logIn("router", await tokenOf("router", shared.serviceAccount, ["vault"]));
    await expect(asRouter.call({ path: "kv/data/llm/openai" })).rejects.toThrow("permission denied");
    const body = { plaintext: Buffer.from("text").toString("base64") };
    await asRouter.call({ method: "POST", path: "transit/keys/subject-ann", body: { type: "aes256-gcm96" } });
    await asRouter.call({ method: "POST", path: "transit/encrypt/subject-ann", body });
  });

  test.each([
    ["another account's token", "router", "router", "other", ["vault"]],
    ["that of its namesake elsewhere", "router-secrets", "data", "secrets-sync", ["vault"]],
    ["a token that is good for the API server", "router", "router", shared.serviceAccount, undefined],
    ["a token for somebody else", "router", "router", shared.serviceAccount, ["database"]],
  ])("%s is refused", async (_, role, namespace, account, audiences) => {
    await expect(logIn(role, await tokenOf(namespace, account, audiences))).rejects.toThrow(
      /denied|not authorized|audience/,
    );
  });

  test("a forged token is refused", async () => {
    const token = await tokenOf("router", shared.serviceAccount, ["vault"]);
    const [head, , signature] = token.split(".");
    const claims = {
      ...JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()),
      exp: 4_000_000_000,
    };
    const forged = [head, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
    await expect(logIn("router", forged)).rejects.toThrow(/denied|not authorized/);
  });
});
