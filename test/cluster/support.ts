import { expect, vi } from "vitest";
import { type ControlPlane, controlPlane, startControlPlane } from "../../tools/cluster/index.ts";
import { Cluster } from "../../tools/offline/kubernetes/cluster.ts";
import type { KubernetesObject } from "../../tools/offline/kubernetes/objects.ts";
import { describeWith } from "../support/part.ts";

/** Tests that need a real control plane, which `npm run test:cluster` gets. */
export const describeWithControlPlane = (name: string, tests: (directory: string) => void): void =>
  describeWith(controlPlane, name, tests, "npm run test:cluster");

export interface TestCluster {
  readonly plane: ControlPlane;
  /** Past the provider, to see what is really there. */
  readonly direct: Cluster;
}

export async function startCluster(directory: string): Promise<TestCluster> {
  const plane = await startControlPlane(directory);
  return { plane, direct: await Cluster.open(plane.kubeconfig, {}) };
}

interface Pod extends KubernetesObject {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly deletionTimestamp?: string };
}

/** A node that is only an object. */
const node = { apiVersion: "v1", kind: "Node", metadata: { name: "played" } } as const;

/**
 * Says what a node would say of the pods in a namespace: there is no node in a control plane. Everything that follows from
 * it (replica counts, conditions, endpoints, completed jobs) the real controllers make.
 *
 * @param bound whether they are on a node, without which no endpoint is theirs; they are never gone then
 */
export async function playNode(
  { direct }: TestCluster,
  namespace: string,
  labels: string,
  count: number,
  status: object,
  bound = false,
): Promise<void> {
  if (bound) await direct.apply(node, { fieldManager: "test" });
  const pods = await vi.waitFor(
    async () => {
      const found = await direct.list<Pod>({ apiVersion: "v1", kind: "Pod", metadata: { namespace } }, labels);
      const alive = found.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      expect(alive).toHaveLength(count);
      return alive;
    },
    { timeout: 60_000, interval: 100 },
  );
  for (const { metadata } of pods) {
    if (bound) {
      await direct.connection.send({
        method: "POST",
        path: `/api/v1/namespaces/${namespace}/pods/${metadata.name}/binding`,
        body: {
          apiVersion: "v1",
          kind: "Binding",
          metadata: { name: metadata.name },
          target: { apiVersion: "v1", kind: "Node", name: node.metadata.name },
        },
        what: "bind a pod",
      });
    }
    await direct.connection.send({
      method: "PATCH",
      path: `/api/v1/namespaces/${namespace}/pods/${metadata.name}/status`,
      body: { status },
      contentType: "application/merge-patch+json",
      what: "play a node",
    });
  }
}

export const runningStatus = {
  phase: "Running",
  podIP: "10.244.0.5",
  podIPs: [{ ip: "10.244.0.5" }],
  conditions: [
    { type: "PodScheduled", status: "True" },
    { type: "Ready", status: "True" },
    { type: "ContainersReady", status: "True" },
  ],
};
