import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Cluster } from "../../../tools/offline/kubernetes/cluster.ts";
import type { KubernetesObject } from "../../../tools/offline/kubernetes/objects.ts";
import { objectsOfGolden } from "../../support/goldens.ts";
import { describeWithControlPlane, startCluster, type TestCluster } from "../support.ts";

const order = ["Namespace", "RuntimeClass", "PriorityClass", "ServiceAccount", "Role", "RoleBinding"];
const rank = ({ kind = "" }: KubernetesObject): number => (order.indexOf(kind) + order.length) % order.length;

const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  runAsUser: 65_534,
  seccompProfile: { type: "RuntimeDefault" },
};
const container = (cpu: string): object => {
  const resources = { requests: { cpu, memory: "64Mi" }, limits: { cpu, memory: "64Mi" } };
  return { name: "a", image: "example.com/a:1", resources, securityContext: restricted };
};
const pod = (changes: object = {}, namespace = "adversaries"): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { generateName: "adversary-", namespace },
  spec: {
    runtimeClassName: "gvisor",
    priorityClassName: "sandbox",
    automountServiceAccountToken: false,
    containers: [container("100m")],
    ...changes,
  },
});

describeWithControlPlane("the sandbox and a real API server", (directory) => {
  let cluster: TestCluster;
  let controller: Cluster;
  const make = (as: Cluster, object: KubernetesObject, dryRun = true) =>
    as.apply(object, { fieldManager: "test", dryRun });

  beforeAll(async () => {
    cluster = await startCluster(directory);
    const objects = objectsOfGolden("sandbox.yaml").map(({ object }) => object);
    for (const object of objects.toSorted((a, b) => rank(a) - rank(b))) await make(cluster.direct, object, false);
    const { status } = await cluster.direct.connection.send<{ status: { token: string } }>({
      method: "POST",
      path: "/api/v1/namespaces/sandbox/serviceaccounts/sandbox-controller/token",
      body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
      what: "request a token",
    });
    const config = JSON.parse(cluster.plane.kubeconfig) as object;
    const users = [{ name: "local", user: { token: status.token } }];
    controller = await Cluster.open(JSON.stringify({ ...config, users }), {});
    // A policy that was made a moment ago is in force only after a while.
    await vi.waitFor(() => expect(make(cluster.direct, pod())).rejects.toThrow("made by"), 60_000);
    await vi.waitFor(() => make(controller, pod()), 60_000);
  });
  afterAll(async () => cluster?.plane.stop());

  test("its controller makes pods in both places", async () => {
    for (const place of ["adversaries", "verifier"]) {
      const made = await make(controller, pod({}, place));
      // Below everything else, and never in the place of another.
      expect(made.spec).toMatchObject({ priority: -100, preemptionPolicy: "Never", overhead: { memory: "64Mi" } });
    }
  });

  test("an administrator makes none, in any way", async () => {
    await expect(make(cluster.direct, pod())).rejects.toThrow(
      "pods here are made by system:serviceaccount:sandbox:sandbox-controller alone",
    );
  });

  test.each([
    ["outside of gVisor", { runtimeClassName: undefined }, "pods here run in the runtime class gvisor"],
    ["with a token", { automountServiceAccountToken: true }, "pods here hold no token"],
    ["that says nothing of a token", { automountServiceAccountToken: undefined }, "pods here hold no token"],
    ["on the node's network", { hostNetwork: true }, "violates PodSecurity"],
    ["that is more than the quota", { containers: [container("5")] }, /exceeded quota|maximum cpu/],
  ])("not even the controller makes a pod %s", async (_, changes, because) => {
    await expect(make(controller, pod(changes))).rejects.toThrow(because);
  });

  test("the controller has no other right", async () => {
    await expect(make(controller, pod({}, "default"))).rejects.toThrow(/cannot create resource "pods"/);
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "x", namespace: "adversaries" } };
    await expect(controller.get(secret)).rejects.toThrow(/cannot get resource "secrets"/);
  });
});
