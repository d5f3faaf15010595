import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { describeType, findSdk } from "../../../tools/offline/plan/index.ts";
import { realTypes, vaultProvider } from "../../../tools/offline/vault/provider.ts";
import { settings } from "../../../tools/offline/vault/settings-table.ts";
import { sameValue, seconds, snake } from "../../../tools/offline/vault/values.ts";
import { type PropertyMap, type RunningServer, Secret, startServer, unknown } from "../../../tools/provider/index.ts";
import { ProviderClient } from "../provider/client.ts";

/*
 * What is sent to Vault, and what becomes of its answers. That a real Vault takes it is shown in test/parts/vault.
 */

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly token: string;
  readonly namespace: string | undefined;
}

const mount = "vault:index/mount:Mount";
const policy = "vault:index/policy:Policy";
const secretV2 = "vault:kv/secretV2:SecretV2";
const key = "vault:transit/secretBackendKey:SecretBackendKey";
const kubernetesRole = "vault:kubernetes/authBackendRole:AuthBackendRole";
const kubernetesConfig = "vault:kubernetes/authBackendConfig:AuthBackendConfig";
const root = "vault:pkiSecret/secretBackendRootCert:SecretBackendRootCert";

let http: Server;
let server: RunningServer;
let client: ProviderClient;
let sent: Sent[] = [];
/** What is answered, by method and path; 404 otherwise. */
let answers: Record<string, { status?: number; body?: object }> = {};

beforeAll(async () => {
  http = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const text = Buffer.concat(parts).toString();
      const path = decodeURIComponent((request.url ?? "").replace("/v1/", ""));
      const { "x-vault-token": token, "x-vault-namespace": namespace } = request.headers;
      const body: unknown = text === "" ? undefined : JSON.parse(text);
      sent.push({ method: request.method ?? "", path, body, token: String(token), namespace: namespace as string });
      const fallback = request.method === "GET" ? { status: 404, body: { errors: [] } } : {};
      const answer = answers[`${request.method} ${path}`] ?? fallback;
      response.writeHead(answer.status ?? (answer.body === undefined ? 204 : 200));
      response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  server = await startServer(vaultProvider());
  client = new ProviderClient(server.port);
  const address = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
  await client.configure({ address, token: new Secret("canary-token"), namespace: "ns" });
});
afterAll(async () => {
  client.close();
  await server.stop();
  http.close();
});
beforeEach(() => {
  sent = [];
  answers = {};
});

const writes = () =>
  sent.filter(({ method }) => method !== "GET").map(({ method, path, body }) => [method, path, body]);

describe("the table", () => {
  test("holds only types and arguments that the SDK has", () => {
    const sdk = findSdk("@pulumi/vault");
    for (const token of realTypes) expect(describeType(sdk, token), token).toBeDefined();
    for (const [token, { inPath, fixed = [], unsent = [], computed = [], names = {} }] of Object.entries(settings)) {
      const type = describeType(sdk, token);
      const inputs = [...inPath, ...fixed, ...unsent].filter((name) => !type?.inputs.includes(name));
      expect(inputs, token).toEqual([]);
      expect(computed.toSorted(), token).toEqual([...(type?.computed ?? [])].toSorted());
      if (token.includes("pki")) continue;
      expect(
        Object.keys(names).filter((name) => !type?.inputs.includes(name)),
        token,
      ).toEqual([]);
    }
  });

  test("durations, lists and options are compared as Vault means them", () => {
    expect(seconds("1h30m")).toBe(5400);
    expect(seconds("soon")).toBeUndefined();
    expect(snake("boundServiceAccountNames")).toBe("bound_service_account_names");
    for (const [given, live] of [
      ["1h", 3600],
      [60, "1m"],
      ["3600", "1h"],
      [
        ["a", "b"],
        ["b", "a"],
      ],
      [{ version: "2" }, { version: "2" }],
      ["a\n", "a"],
    ]) {
      expect(sameValue(given, live), JSON.stringify(given)).toBe(true);
    }
    expect(sameValue(["a", "a"], ["a", "b"])).toBe(false);
    expect(sameValue("1h", 60)).toBe(false);
  });
});

describe("a preview", () => {
  test("asks Vault nothing, and says what isn't known", async () => {
    const checked = await client.check(secretV2, { mount: "kv", dataJson: unknown });
    expect(checked.failures).toEqual([]);
    expect(checked.inputs.name).toMatch(/^one-[0-9a-f]{7}$/);
    expect((await client.create(secretV2, checked.inputs, true)).state).toMatchObject({
      data: new Secret(unknown),
      path: unknown,
    });
    expect((await client.create("vault:ldap/secretBackend:SecretBackend", { path: "ldap" }, true)).state).toBeDefined();
    expect(sent).toEqual([]);
    await expect(client.create("vault:ldap/secretBackend:SecretBackend", {})).rejects.toThrow("which only plans");
  });

  test("refuses what is wrong", async () => {
    expect((await client.check(mount, { path: "kv/", type: "kv" })).failures).toHaveLength(1);
    expect((await client.check(mount, { path: "kv", type: "kv", colour: 1 })).failures[0]).toContain(
      "no such argument",
    );
    expect((await client.check(secretV2, { mount: "kv" })).failures[0]).toContain("one of dataJson and dataJsonWo");
    expect((await client.checkConfig({ authLoginAws: {} })).failures[0]).toContain("knows tokens alone");
  });
});

describe("what is sent", () => {
  test("a mount: its lease beneath config, later changes to its tuning", async () => {
    const inputs = { path: "kv", type: "kv", options: { version: "2" }, defaultLeaseTtlSeconds: 60 };
    const found = { accessor: "kv_1", type: "kv", options: { version: "2" }, config: { default_lease_ttl: 60 } };
    answers["GET sys/mounts"] = { body: { data: { "kv/": found } } };
    const { id, state } = await client.create(mount, inputs);
    expect(writes()).toEqual([
      ["POST", "sys/mounts/kv", { type: "kv", options: { version: "2" }, config: { default_lease_ttl: "60s" } }],
    ]);
    expect(id).toBe("kv");
    expect(state).toMatchObject({ ...inputs, accessor: "kv_1" });
    expect(sent.every(({ token, namespace }) => token === "canary-token" && namespace === "ns")).toBe(true);
    expect((await client.read(mount, "kv", { inputs, state })).inputs).toEqual(inputs);
    answers["GET sys/mounts"] = { body: { data: { "kv/": { ...found, config: { default_lease_ttl: 99 } } } } };
    expect((await client.read(mount, "kv", { inputs, state })).inputs).toMatchObject({ defaultLeaseTtlSeconds: 99 });
    answers["GET sys/mounts"] = { body: { data: {} } };
    expect((await client.read(mount, "kv", { inputs, state })).id).toBe("");
    expect((await client.diff(mount, { inputs }, { ...inputs, type: "transit" })).replaces).toEqual(["type"]);
  });

  test("a secret: a version for each change of its data, and none without", async () => {
    const inputs = { mount: "kv", name: "openai", dataJson: new Secret('{"key":"canary-value"}') };
    answers["GET kv/data/openai"] = { body: { data: { data: { key: "canary-value" }, metadata: { version: 1 } } } };
    const { id, state } = await client.create(secretV2, inputs);
    expect(id).toBe("kv/data/openai");
    expect(writes()).toEqual([["POST", "kv/data/openai", { data: { key: "canary-value" } }]]);
    expect(state.data).toBeInstanceOf(Secret);
    expect(JSON.stringify({ ...state, data: null, dataJson: null })).not.toContain("canary");
    expect((await client.read(secretV2, id, { inputs, state })).inputs).toEqual(inputs);
    sent = [];
    const spaced = { ...inputs, dataJson: new Secret('{ "key": "canary-value" }') };
    await client.update(
      secretV2,
      { inputs, state },
      { ...spaced, customMetadata: { maxVersions: 3, data: { a: "b" } } },
    );
    expect(writes()).toEqual([["POST", "kv/metadata/openai", { max_versions: 3, custom_metadata: { a: "b" } }]]);
    sent = [];
    await client.delete(secretV2, id, { ...state, deleteAllVersions: true });
    expect(writes()).toEqual([["DELETE", "kv/metadata/openai", undefined]]);
  });

  test("a setting: what is left out later is emptied, defaults of the path are the official ones", async () => {
    const inputs = { roleName: "router", boundServiceAccountNames: ["router"], tokenPolicies: ["read"], tokenTtl: 60 };
    const { id, state } = await client.create(kubernetesRole, inputs);
    expect(id).toBe("auth/kubernetes/role/router");
    const body = { bound_service_account_names: ["router"], token_policies: ["read"], token_ttl: 60 };
    expect(writes()).toEqual([["POST", id, body]]);
    const { tokenPolicies: _, ...fewer } = inputs;
    await client.update(kubernetesRole, { inputs, state }, fewer);
    expect(writes()[1]).toEqual(["POST", id, { ...body, token_policies: [] }]);
    expect((await client.diff(kubernetesRole, { inputs }, { ...inputs, roleName: "x" })).replaces).toEqual([
      "roleName",
    ]);
  });

  test("a transit key: what making it doesn't take, and later changes, go to its config, and it is deleted only where that is allowed", async () => {
    const inputs = { backend: "transit", name: "unseal", type: "aes256-gcm96", minDecryptionVersion: 1 };
    answers["GET transit/keys/unseal"] = { body: { data: { latest_version: 1, keys: { "1": 1700000000 } } } };
    const { id, state } = await client.create(key, inputs);
    expect(state).toMatchObject({ latestVersion: 1, keys: [{ id: "1", creation_time: "1700000000" }] });
    expect(writes()).toEqual([
      ["POST", "transit/keys/unseal", { type: "aes256-gcm96", min_decryption_version: 1 }],
      ["POST", "transit/keys/unseal/config", { min_decryption_version: 1 }],
    ]);
    sent = [];
    await client.update(key, { inputs, state }, { ...inputs, minDecryptionVersion: 2 });
    expect(writes()).toEqual([["POST", "transit/keys/unseal/config", { min_decryption_version: 2 }]]);
    sent = [];
    await client.delete(key, id, { ...state, deletionAllowed: true });
    expect(writes().map(([method, path]) => `${method} ${path}`)).toEqual([
      "POST transit/keys/unseal/config",
      "DELETE transit/keys/unseal",
    ]);
  });

  test("a root certificate is made once, and its issuer is what is deleted", async () => {
    const inputs = { backend: "pki", type: "internal", commonName: "Root", altNames: ["a", "b"] };
    const data = { certificate: "PEM", issuer_id: "i-1", issuing_ca: "PEM", key_id: "k-1", serial_number: "01:02" };
    answers["POST pki/root/generate/internal"] = { body: { data } };
    const { id, state } = await client.create(root, inputs);
    expect(id).toBe("pki/issuer/i-1");
    expect(writes()[0]?.[2]).toEqual({ common_name: "Root", alt_names: "a,b" });
    expect(state).toMatchObject({ certificate: "PEM", issuerId: "i-1", serialNumber: "01:02" });
    expect((await client.diff(root, { inputs, state }, { ...inputs, commonName: "Other" })).replaces).toEqual([
      "commonName",
    ]);
    await client.delete(root, id, state);
    expect(writes()[1]).toEqual(["DELETE", "pki/issuer/i-1", undefined]);
  });
});

describe("errors", () => {
  test("tell what Vault said, and no secret", async () => {
    answers["POST auth/kubernetes/config"] = { status: 400, body: { errors: ["bad jwt canary-jwt-value"] } };
    const inputs: PropertyMap = { kubernetesHost: "https://k", tokenReviewerJwt: new Secret("canary-jwt-value") };
    const error = await client.create(kubernetesConfig, inputs).catch((reason: unknown) => String(reason));
    expect(error).toContain("POST auth/kubernetes/config: bad jwt [secret]");
    expect(error).not.toContain("canary");
    answers["POST sys/policies/acl/p"] = { status: 403, body: { errors: ["permission denied"] } };
    await expect(client.create(policy, { name: "p", policy: "" })).rejects.toThrow(
      "the token's policies don't allow it",
    );
  });

  test("nobody there, or no token", async () => {
    const other = await startServer(vaultProvider());
    const lost = new ProviderClient(other.port);
    await lost.configure({ address: "http://127.0.0.1:1", token: new Secret("canary-token") });
    const error = await lost.create(policy, { name: "p", policy: "" }).catch((reason: unknown) => String(reason));
    expect(error).toContain("Vault at http://127.0.0.1:1 doesn't answer (ECONNREFUSED)");
    expect(error).not.toContain("canary");
    lost.close();
    await other.stop();
  });
});
