import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { isNamespaced, parseToken } from "../../../tools/offline/kubernetes/kinds.ts";
import { kubernetesProvider } from "../../../tools/offline/kubernetes/provider.ts";
import { findKubeconfig } from "../../../tools/offline/kubernetes/settings.ts";
import { type PropertyMap, Secret, startServer, unknown } from "../../../tools/provider/index.ts";
import { ProviderClient } from "../provider/client.ts";

const configMap = "kubernetes:core/v1:ConfigMap";
const secretType = "kubernetes:core/v1:Secret";
const deployment = "kubernetes:apps/v1:Deployment";
const nodePool = "kubernetes:karpenter.sh/v1:NodePool";
const release = "kubernetes:helm.sh/v3:Release";

const running: { client: ProviderClient; stop(): Promise<void> }[] = [];
let folder: string;
let plan: ProviderClient;
let render: ProviderClient;

async function started(args: PropertyMap): Promise<ProviderClient> {
  const server = await startServer(kubernetesProvider());
  const client = new ProviderClient(server.port);
  running.push({ client, stop: () => server.stop() });
  await client.configure(args);
  return client;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hybrid-llm-kubernetes-"));
  // Large: not in the time of the test that needs it first.
  await import("@kubernetes/client-node");
  vi.stubEnv("KUBECONFIG", join(folder, "none"));
  plan = await started({ kubeconfig: unknown, clusterIdentifier: "test" });
  render = await started({ renderYamlToDirectory: join(folder, "out") });
}, 60_000);
afterAll(async () => {
  for (const { client, stop } of running) {
    client.close();
    await stop();
  }
  rmSync(folder, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

describe("tokens", () => {
  test("are kinds of the API", () => {
    expect(parseToken(configMap)).toEqual({ apiVersion: "v1", group: "", kind: "ConfigMap", isPatch: false });
    expect(parseToken(nodePool)).toMatchObject({ apiVersion: "karpenter.sh/v1", group: "karpenter.sh" });
    expect(parseToken("kubernetes:apps/v1:DeploymentPatch")).toMatchObject({ kind: "Deployment", isPatch: true });
    for (const none of ["kubernetes:index:Thing", "aws:ec2/vpc:Vpc", "kubernetes:core/v1:"]) {
      expect(parseToken(none)).toBeUndefined();
    }
  });

  test("say what is in a namespace, where that is known", () => {
    const scope = (token: string) => isNamespaced(parseToken(token) ?? expect.fail(token));
    expect(scope(configMap)).toBe(true);
    expect(scope("kubernetes:core/v1:Namespace")).toBe(false);
    expect(scope("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole")).toBe(false);
    expect(scope(nodePool)).toBeUndefined();
  });

  test("of what opens charts and files are refused", async () => {
    await expect(plan.check("kubernetes:yaml/v2:ConfigFile", {})).rejects.toThrow("opens no chart or YAML file");
    await expect(plan.check("kubernetes:index:Thing", {})).rejects.toThrow("has no resource type");
  });
});

describe("a kubeconfig", () => {
  test("is contents, or a path, or the environment's; one that isn't there is no error", () => {
    expect(findKubeconfig('{"kind":"Config"}')).toEqual({ text: '{"kind":"Config"}' });
    expect(findKubeconfig("/nowhere/config", {})).toEqual({
      missing: "the kubeconfig /nowhere/config can't be read (ENOENT)",
    });
    expect(findKubeconfig(undefined, { KUBECONFIG: "/nowhere/else" })).toHaveProperty("missing");
    expect(findKubeconfig(undefined, { KUBECONFIG: "/a:/b" })).toMatchObject({ missing: /several/ });
  });
});

describe("checking", () => {
  test("fills in kind, version, namespace, and a name that stays", async () => {
    const { inputs } = await plan.check(configMap, { data: { a: "b" } });
    expect(inputs).toMatchObject({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "default" } });
    const metadata = inputs.metadata as { name: string; annotations: object };
    expect(metadata.name).toMatch(/^one-[0-9a-f]{8}$/);
    expect(metadata.annotations).toEqual({ "pulumi.com/autonamed": "true" });
    expect((await plan.check(configMap, { data: { a: "c" } }, inputs)).inputs.metadata).toEqual(inputs.metadata);

    const given = { metadata: { name: "mine", namespace: unknown } };
    expect((await plan.check(configMap, given)).inputs.metadata).toEqual(given.metadata);
    expect((await plan.check(nodePool, {})).inputs.metadata).not.toHaveProperty("namespace");
    expect((await plan.check(configMap, { metadata: { generateName: "x-" } })).inputs.metadata).toEqual({
      generateName: "x-",
      namespace: "default",
    });
  });

  test("refuses what no server takes", async () => {
    const failures = async (type: string, metadata: PropertyMap) => (await plan.check(type, { metadata })).failures;
    expect(await failures(configMap, { name: "My_Map" })).toEqual([
      ': metadata.name: "My_Map" is no name; allowed are small letters, digits, hyphens and dots, at most 253',
    ]);
    expect(await failures("kubernetes:core/v1:Namespace", { name: "a", namespace: "b" })).toEqual([
      ": metadata.namespace: a Namespace is in no namespace; remove it",
    ]);
    expect(await failures("kubernetes:core/v1:ConfigMapPatch", {})).toHaveLength(1);
    expect(await failures("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", { name: "system:node" })).toEqual([]);
    expect((await plan.checkConfig({ enableServerSideApply: "false" })).failures).toHaveLength(1);
    expect((await plan.checkConfig({ enableServerSideApply: "true", kubeconfig: "{}" })).failures).toEqual([]);
  });
});

describe("planning without a cluster", () => {
  const spec = { replicas: 2, selector: { matchLabels: { a: "b" } } };
  const inputs = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace: "x" }, spec };

  test("tells what is applied, and keeps secrets secret", async () => {
    expect((await plan.create(deployment, inputs, true)).state).toEqual(inputs);
    const secretInputs = { metadata: { name: "s" }, stringData: { a: new Secret("canary-value"), b: unknown } };
    const { state } = await plan.create(secretType, secretInputs, true);
    expect(state.stringData).toBeInstanceOf(Secret);
    expect(JSON.stringify({ ...state, stringData: undefined })).not.toContain("canary");
  });

  test("keeps what the server said, over an update", async () => {
    const state = { ...inputs, metadata: { ...inputs.metadata, uid: "1" }, status: { replicas: 2 } };
    const news = { ...inputs, metadata: { ...inputs.metadata, labels: { c: "d" } } };
    const planned = await plan.update(deployment, { inputs, state }, news, true);
    expect(planned).toEqual({ ...state, metadata: { ...state.metadata, labels: { c: "d" } } });
  });

  test("knows what replaces", async () => {
    const diff = (news: PropertyMap) => plan.diff(deployment, { inputs }, { ...inputs, ...news });
    expect(await diff({ spec: { ...spec, replicas: 3 } })).toMatchObject({ changed: true, replaces: [] });
    const moved = await diff({ spec: { ...spec, selector: { matchLabels: { a: "c" } } } });
    expect(moved).toMatchObject({ replaces: ["spec"], deleteBeforeReplace: true });
    // In another namespace both can be there at once.
    expect(await diff({ metadata: { name: "web", namespace: "y" } })).toMatchObject({
      replaces: ["metadata"],
      deleteBeforeReplace: false,
    });
    expect(await diff({})).toMatchObject({ changed: false });

    const auto = (await plan.check(configMap, { data: { a: "b" } })).inputs;
    expect(await plan.diff(configMap, { inputs: auto }, { ...auto, data: { a: "c" } })).toMatchObject({
      replaces: ["data"],
      deleteBeforeReplace: false,
    });
  });

  test("an up is refused and says why", async () => {
    await expect(plan.create(deployment, inputs)).rejects.toThrow(
      "can't apply Deployment x/web: its kubeconfig is known",
    );
    const bare = await started({});
    await expect(bare.create(deployment, inputs)).rejects.toThrow(
      `the kubeconfig ${join(folder, "none")} can't be read`,
    );
    const dead = await started({
      kubeconfig: JSON.stringify({
        clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
        users: [{ name: "u", user: { token: "canary-token" } }],
        contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
        "current-context": "c",
      }),
    });
    expect((await dead.create(deployment, inputs, true)).state).toEqual(inputs);
    await expect(dead.create(deployment, inputs)).rejects.toThrow(
      "the cluster at https://127.0.0.1:1 doesn't answer (ECONNREFUSED)",
    );
    const damaged = await started({ kubeconfig: "users: [{ token: canary-token }]\n clusters" });
    const error = await damaged.create(deployment, inputs).catch((reason: unknown) => String(reason));
    expect(error).toContain("the kubeconfig is not a valid one");
    expect(error).not.toContain("canary");
  });

  test("a chart is a release that nobody opens", async () => {
    const inputs = { chart: "kube-prometheus-stack", version: "1.2.3", values: { a: unknown } };
    const checked = await plan.check(release, inputs);
    expect(checked.inputs).toMatchObject({ ...inputs, name: expect.stringMatching(/^one-/), namespace: "default" });
    expect((await plan.create(release, checked.inputs, true)).state).toMatchObject({ status: unknown, ...inputs });
    expect((await plan.check(release, {})).failures[0]).toMatch(/needs the name/);
    await expect(plan.create(release, { chart: "c" })).rejects.toThrow("pulumi plugin install resource kubernetes");
  });
});

describe("rendering", () => {
  const file = (name: string) => join(folder, "out", name);

  test("writes a manifest for each object, renames and removes it", async () => {
    const inputs = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s", namespace: "x" },
      stringData: { password: new Secret("canary-value") },
    };
    const { id, state } = await render.create(secretType, inputs);
    expect(id).toBe("x/s");
    expect(state.stringData).toBeInstanceOf(Secret);
    const path = file("1-manifest/v1-secret-x-s.yaml");
    expect(parse(readFileSync(path, "utf8"))).toMatchObject({
      kind: "Secret",
      stringData: { password: "canary-value" },
    });
    expect(statSync(path).mode & 0o077).toBe(0);
    const moved = { ...inputs, metadata: { name: "t", namespace: "x" } };
    const after = await render.update(secretType, { inputs, state }, moved);
    expect(existsSync(path)).toBe(false);
    expect(await render.read(secretType, "x/t", { inputs: moved, state: after })).toMatchObject({ id: "x/t" });
    await render.delete(secretType, "x/t", after);
    expect(existsSync(file("1-manifest/v1-secret-x-t.yaml"))).toBe(false);
  });

  test("puts CRDs where they are applied first, and a cluster's own without a namespace", async () => {
    await render.create("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "things.example.com" },
    });
    const path = "0-crd/apiextensions.k8s.io_v1-customresourcedefinition-default-things.example.com.yaml";
    expect(existsSync(file(path))).toBe(true);
  });
});
