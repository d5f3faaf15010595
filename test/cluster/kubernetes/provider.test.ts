import { afterAll, beforeAll, expect, test } from "vitest";
import { kubernetesProvider } from "../../../tools/offline/kubernetes/provider.ts";
import { type PropertyMap, type RunningServer, Secret, startServer } from "../../../tools/provider/index.ts";
import { initFailure, ProviderClient } from "../../unit/provider/client.ts";
import { describeWithControlPlane, playNode, runningStatus, startCluster, type TestCluster } from "../support.ts";

const configMap = "kubernetes:core/v1:ConfigMap";
const namespaceType = "kubernetes:core/v1:Namespace";
const secretType = "kubernetes:core/v1:Secret";
const deployment = "kubernetes:apps/v1:Deployment";
const statefulSet = "kubernetes:apps/v1:StatefulSet";
const serviceType = "kubernetes:core/v1:Service";
const jobType = "kubernetes:batch/v1:Job";
const claimType = "kubernetes:core/v1:PersistentVolumeClaim";
const crdType = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";
const thingType = "kubernetes:example.com/v1:Thing";

const impatient = { "pulumi.com/timeoutSeconds": "1" };
const metadata = (name: string, annotations: PropertyMap = {}): PropertyMap => ({
  name,
  namespace: "work",
  // Also an empty map is a field that belongs to whoever applied it: a patch of another would be refused.
  ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
});
const web = (name: string, more: PropertyMap = {}, annotations: PropertyMap = {}): PropertyMap => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: metadata(name, annotations),
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: "web", image: "example.com/web:1", resources: { requests: { cpu: "1000m" } } }] },
    },
    ...more,
  },
});

describeWithControlPlane("the kubernetes provider and a real API server", (directory) => {
  let cluster: TestCluster;
  let server: RunningServer;
  let client: ProviderClient;
  const live = (type: string, kind: string, name: string) =>
    cluster.direct.get({
      apiVersion: type.replace(/^kubernetes:(core\/)?([^:]*):.*/, "$2"),
      kind,
      metadata: { name, namespace: "work" },
    });

  beforeAll(async () => {
    cluster = await startCluster(directory);
    server = await startServer(kubernetesProvider());
    client = new ProviderClient(server.port);
    await client.configure({ kubeconfig: cluster.plane.kubeconfig });
    const made = await client.create(namespaceType, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "work" },
    });
    expect(made).toMatchObject({ id: "work", state: { status: { phase: "Active" } } });
  });
  afterAll(async () => {
    client?.close();
    await server?.stop();
    await cluster?.plane.stop();
  });

  test("an object is made, seen, changed in place and deleted", async () => {
    const inputs = { apiVersion: "v1", kind: "ConfigMap", metadata: metadata("settings"), data: { a: "1", b: "2" } };
    const { id, state } = await client.create(configMap, inputs);
    expect(id).toBe("work/settings");
    expect(state).toMatchObject({ data: inputs.data, __fieldManager: expect.stringMatching(/^pulumi-kubernetes-/) });
    expect(state.metadata).not.toHaveProperty("managedFields");
    const found = await client.read(configMap, id, { inputs, state });
    expect(found).toMatchObject({ id, inputs });
    // A key that is left out is taken away: the server knows whose it was.
    const { a } = inputs.data;
    await client.update(configMap, { inputs, state }, { ...inputs, data: { a } });
    expect(await live("kubernetes:core/v1:x", "ConfigMap", "settings")).toMatchObject({ data: { a: "1" } });
    expect((await live("kubernetes:core/v1:x", "ConfigMap", "settings"))?.data).not.toHaveProperty("b");
    await client.delete(configMap, id, state);
    expect(await live("kubernetes:core/v1:x", "ConfigMap", "settings")).toBeUndefined();
    expect((await client.read(configMap, id, { inputs, state })).id).toBe("");
    await client.delete(configMap, id, state);
  });

  test("what somebody else changed is seen, what the server writes otherwise is not", async () => {
    const inputs = web("drift", {}, { "pulumi.com/skipAwait": "true" });
    const { id, state } = await client.create(deployment, inputs);
    // The server tells 1000m as 1, and adds dozens of defaults.
    expect((await client.read(deployment, id, { inputs, state })).inputs).toEqual(inputs);
    await cluster.direct.connection.send({
      method: "PATCH",
      path: "/apis/apps/v1/namespaces/work/deployments/drift",
      body: { spec: { replicas: 5 } },
      contentType: "application/merge-patch+json",
      what: "drift",
    });
    const seen = await client.read(deployment, id, { inputs, state });
    expect(seen.inputs).toMatchObject({ spec: { replicas: 5, selector: { matchLabels: { app: "drift" } } } });
    const diff = await client.diff(deployment, { inputs: seen.inputs, state: seen.state }, inputs);
    expect(diff.detailed).toEqual({ "spec.replicas": "UPDATE" });
    // The fields are another's now: taking them back is a conflict unless it is forced.
    await expect(client.update(deployment, { inputs, state }, inputs)).rejects.toThrow(/conflict/i);
    const forced = web("drift", {}, { "pulumi.com/skipAwait": "true", "pulumi.com/patchForce": "true" });
    expect(await client.update(deployment, { inputs, state }, forced)).toMatchObject({ spec: { replicas: 2 } });
    await client.delete(deployment, id, state);
  });

  test("a plan is tried out at the server: mistakes are told, what can't be changed replaces", async () => {
    const wrong = web("wrong", { replica: 3 });
    await expect(client.create(deployment, wrong, true)).rejects.toThrow(/spec\.replica\b/);
    await expect(client.create(deployment, web("wrong", { replicas: -1 }), true)).rejects.toThrow(/spec\.replicas/);
    expect((await client.create(deployment, web("fine"), true)).state).toEqual(web("fine"));
    expect(await live("kubernetes:apps/v1:x", "Deployment", "fine")).toBeUndefined();

    // No table knows of this field: the server does.
    const job = (value: number): PropertyMap => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: metadata("fixed"),
      spec: { ipFamilies: [value === 1 ? "IPv4" : "IPv6"], ports: [{ port: 80 }] },
    });
    const { id, state } = await client.create(serviceType, job(1));
    const replaced = await client.diff(serviceType, { inputs: job(1), state }, job(2)).catch(() => undefined);
    expect(replaced?.changed).toBe(true);
    await client.delete(serviceType, id, state);

    const pair = { inputs: web("fine"), state: web("fine") };
    const moved = await client.diff(deployment, pair, web("fine", { selector: { matchLabels: { app: "other" } } }));
    expect(moved).toMatchObject({ replaces: ["spec"], deleteBeforeReplace: true });
  });

  test("the server's word that a field is immutable replaces what no table knows", async () => {
    const inputs = (type: string): PropertyMap => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadata("frozen"),
      data: { a: type },
      immutable: true,
    });
    const loose = await startServer(kubernetesProvider());
    const other = new ProviderClient(loose.port);
    await other.configure({ kubeconfig: cluster.plane.kubeconfig, enableConfigMapMutable: "true" });
    const { state } = await other.create(configMap, inputs("1"));
    expect(await other.diff(configMap, { inputs: inputs("1"), state }, inputs("2"))).toMatchObject({
      replaces: ["data"],
      deleteBeforeReplace: true,
    });
    await other.delete(configMap, "work/frozen", state);
    other.close();
    await loose.stop();
  });

  test("a Deployment is waited for until its pods are available", async () => {
    const made = client.create(deployment, web("web"));
    await playNode(cluster, "work", "app=web", 2, runningStatus);
    expect((await made).state).toMatchObject({ status: { availableReplicas: 2 } });
    const { state } = await made;

    // A new version: old pods must be gone before it is done.
    const next = web("web", { replicas: 3 });
    const updated = client.update(deployment, { inputs: web("web"), state }, next);
    await playNode(cluster, "work", "app=web", 3, runningStatus);
    expect(await updated).toMatchObject({ status: { availableReplicas: 3 } });
    await client.delete(deployment, "work/web", state);
  });

  test("one that doesn't get ready is kept in the state, with the reason", async () => {
    const inputs = web("slow", {}, impatient);
    const error = await client.create(deployment, inputs).catch((reason: unknown) => reason);
    const failure = initFailure(error);
    expect(failure.id).toBe("work/slow");
    expect(failure.reasons).toEqual([
      "Deployment work/slow is there but not ready: 0 of 2 pods are available, after 1 s",
    ]);
    await client.delete(deployment, failure.id, failure.state);
  });

  test("a StatefulSet, a Job, a Service and a claim are waited for as what they are", async () => {
    const set = {
      ...web("store", { serviceName: "store", podManagementPolicy: "Parallel" }),
      kind: "StatefulSet",
    };
    const madeSet = client.create(statefulSet, set);
    await playNode(cluster, "work", "app=store", 2, runningStatus, true);
    expect((await madeSet).state).toMatchObject({ status: { readyReplicas: 2 } });

    const service: PropertyMap = {
      apiVersion: "v1",
      kind: "Service",
      metadata: metadata("store"),
      spec: { selector: { app: "store" }, ports: [{ port: 80 }] },
    };
    expect((await client.create(serviceType, service)).id).toBe("work/store");
    const nobody = {
      ...service,
      metadata: metadata("nobody", impatient),
      spec: { selector: { app: "no" }, ports: [{ port: 80 }] },
    };
    const left = initFailure(await client.create(serviceType, nobody).catch((reason: unknown) => reason));
    expect(left.reasons[0]).toContain("no pod that it selects is ready");

    const job = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: metadata("once"),
      spec: {
        backoffLimit: 0,
        template: {
          metadata: { labels: { app: "once" } },
          spec: { restartPolicy: "Never", containers: [{ name: "once", image: "example.com/once:1" }] },
        },
      },
    };
    const madeJob = client.create(jobType, job);
    await playNode(cluster, "work", "app=once", 1, { phase: "Succeeded" });
    expect((await madeJob).state).toMatchObject({ status: { succeeded: 1 } });
    const failing = client.create(jobType, {
      ...job,
      metadata: metadata("never"),
      spec: {
        ...job.spec,
        template: {
          ...job.spec.template,
          metadata: { labels: { app: "never" } },
        },
      },
    });
    const failed = failing.catch((reason: unknown) => reason);
    await playNode(cluster, "work", "app=never", 1, { phase: "Failed" });
    expect(initFailure(await failed).reasons[0]).toMatch(/Job work\/never is there but not ready: .*backoff limit/i);

    const claim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: metadata("data", impatient),
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, storageClassName: "lazy" },
    };
    const unbound = initFailure(await client.create(claimType, claim).catch((reason: unknown) => reason));
    expect(unbound.reasons[0]).toContain("no volume is bound to it yet");
    await client.create("kubernetes:storage.k8s.io/v1:StorageClass", {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "lazy" },
      provisioner: "example.com/none",
      volumeBindingMode: "WaitForFirstConsumer",
    });
    expect((await client.create(claimType, { ...claim, metadata: metadata("data-2", impatient) })).id).toBe(
      "work/data-2",
    );
  });

  test("a custom kind is there once its definition is established", async () => {
    const crd = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "things.example.com" },
      spec: {
        group: "example.com",
        scope: "Namespaced",
        names: { plural: "things", singular: "thing", kind: "Thing" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: "object",
                properties: { spec: { type: "object", properties: { size: { type: "integer" } } } },
              },
            },
          },
        ],
      },
    };
    const thing = (spec: PropertyMap): PropertyMap => ({
      apiVersion: "example.com/v1",
      kind: "Thing",
      metadata: metadata("one"),
      spec,
    });
    // In a preview its definition isn't there yet: no fault.
    expect((await client.create(thingType, thing({ size: 1 }), true)).state).toEqual(thing({ size: 1 }));
    const defined = await client.create(crdType, crd);
    const { id, state } = await client.create(thingType, thing({ size: 1 }));
    expect(id).toBe("work/one");
    await expect(client.create(thingType, thing({ size: "large" }), true)).rejects.toThrow(/spec\.size/);
    await expect(client.create(thingType, thing({ colour: "red" }), true)).rejects.toThrow(/spec\.colour/);
    await client.delete(thingType, id, state);
    await client.delete(crdType, defined.id, defined.state);
    await client.delete(thingType, id, state);
  });

  test("a patch sets its own fields, and gives them up", async () => {
    const inputs = { apiVersion: "v1", kind: "ConfigMap", metadata: metadata("shared"), data: { a: "1" } };
    const { id, state } = await client.create(configMap, inputs);
    const patch = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadata("shared", { "pulumi.com/patchFieldManager": "us" }),
      data: { b: "2" },
    };
    const patched = await client.create("kubernetes:core/v1:ConfigMapPatch", patch);
    expect(patched.state).toMatchObject({ data: { a: "1", b: "2" } });
    await client.delete("kubernetes:core/v1:ConfigMapPatch", patched.id, patched.state);
    expect((await live("kubernetes:core/v1:x", "ConfigMap", "shared"))?.data).toEqual({ a: "1" });
    await client.delete(configMap, id, state);
  });

  test("a secret is imported secret, and no error tells it", async () => {
    const inputs = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadata("key"),
      stringData: { key: new Secret("canary-value-1") },
    };
    const { id, state } = await client.create(secretType, inputs);
    expect(state.data).toBeInstanceOf(Secret);
    const imported = await client.read(secretType, id);
    expect(imported.state.data).toBeInstanceOf(Secret);
    expect(imported.inputs).toMatchObject({ kind: "Secret", metadata: { name: "key", namespace: "work" } });
    expect(imported.inputs.data).toBeInstanceOf(Secret);

    const bad = { ...web("bad"), metadata: metadata("bad", { "pulumi.com/skipAwait": "true" }) };
    const spec = { ...(web("bad").spec as PropertyMap), minReadySeconds: new Secret("canary-value-2") };
    const error = await client.create(deployment, { ...bad, spec }).catch((reason: unknown) => String(reason));
    expect(error).toMatch(/Deployment work\/bad/);
    expect(error).not.toContain("canary");
    await client.delete(secretType, id, state);
  });

  test("a namespace is gone only when everything in it is", async () => {
    const state = (
      await client.create(namespaceType, { apiVersion: "v1", kind: "Namespace", metadata: { name: "brief" } })
    ).state;
    await client.create(configMap, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "in-it", namespace: "brief" },
      data: {},
    });
    await client.delete(namespaceType, "brief", state);
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "brief" } };
    expect(await cluster.direct.get(namespace)).toBeUndefined();
  });
});
