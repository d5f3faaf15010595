import { setTimeout as sleep } from "node:timers/promises";
import type { V1EndpointSlice, V1StorageClass } from "@kubernetes/client-node";
import { type Log, UserError } from "../../../provider/index.ts";
import type { Cluster } from "../cluster.ts";
import { ApiError } from "../errors.ts";
import { annotation, annotations, describeObject, type KubernetesObject, nameOf } from "../objects.ts";
import { progressOf, type Surroundings } from "./conditions.ts";

/** How long something may take where nobody says: as the official provider's longest. */
const defaultSeconds = 600;
const firstIntervalMs = 100;
const longestIntervalMs = 1_000;

export interface Waiting {
  /** Seconds, from `customTimeouts`; 0: not given. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** It is there, and not ready: what was last seen of it, and why. */
export class NotReady extends UserError {
  override readonly name: string = "NotReady";
  readonly object: KubernetesObject;

  constructor(object: KubernetesObject, reason: string) {
    super(`${describeObject(object)} is there but not ready: ${reason}`);
    this.object = object;
  }
}

/** @throws NotReady when it failed, the time is over, or the user cancels */
export async function untilReady(
  cluster: Cluster,
  group: string,
  applied: KubernetesObject,
  waiting: Waiting,
): Promise<KubernetesObject> {
  const seconds = secondsFor(applied, waiting);
  const until = Date.now() + seconds * 1000;
  const around = surroundings(cluster, waiting.signal);
  let object = applied;
  for (let interval = firstIntervalMs; ; interval = Math.min(interval * 2, longestIntervalMs)) {
    const progress = await progressOf(group, object, around);
    if (progress === undefined) return object;
    if ("failed" in progress) throw new NotReady(object, progress.failed);
    if (Date.now() + interval > until) throw new NotReady(object, `${progress.waiting}, after ${seconds} s`);
    waiting.log.status(progress.waiting);
    try {
      await sleep(interval, undefined, { signal: waiting.signal });
    } catch {
      throw new NotReady(object, `${progress.waiting}; cancelled`);
    }
    const seen = await cluster.get(object, waiting.signal);
    if (seen === undefined) throw new UserError(`${describeObject(object)} was deleted by somebody else meanwhile`);
    object = seen;
  }
}

/** Waits until the object is gone; one of the same name that came after it counts as gone. */
export async function untilGone(cluster: Cluster, object: KubernetesObject, waiting: Waiting): Promise<void> {
  const seconds = secondsFor(object, waiting);
  const until = Date.now() + seconds * 1000;
  for (let interval = firstIntervalMs; ; interval = Math.min(interval * 2, longestIntervalMs)) {
    const seen = await cluster.get(object, waiting.signal);
    if (seen === undefined) return;
    if (object.metadata?.uid !== undefined && seen.metadata?.uid !== object.metadata.uid) return;
    if (Date.now() + interval > until) {
      throw new UserError(`${describeObject(object)} is still being deleted after ${seconds} s${holders(seen)}`);
    }
    waiting.log.status("being deleted");
    await sleep(interval, undefined, { signal: waiting.signal });
  }
}

function holders({ metadata }: KubernetesObject): string {
  const finalizers = metadata?.finalizers;
  return Array.isArray(finalizers) && finalizers.length > 0 ? `: held by the finalizers ${finalizers.join(", ")}` : "";
}

function secondsFor(object: KubernetesObject, { timeout }: Waiting): number {
  if (timeout > 0) return timeout;
  const own = Number(annotation(object, annotations.timeoutSeconds));
  return own > 0 ? own : defaultSeconds;
}

function surroundings(cluster: Cluster, signal: AbortSignal): Surroundings {
  const defaultClass = "storageclass.kubernetes.io/is-default-class";
  return {
    async hasReadyEndpoint(service) {
      const slices = await cluster.list<V1EndpointSlice>(
        {
          apiVersion: "discovery.k8s.io/v1",
          kind: "EndpointSlice",
          metadata: { namespace: service.metadata?.namespace ?? "default" },
        },
        `kubernetes.io/service-name=${nameOf(service)}`,
        signal,
      );
      return slices.some(({ endpoints }) => (endpoints ?? []).some(({ conditions }) => conditions?.ready !== false));
    },
    async storageClass(name) {
      const kind = { apiVersion: "storage.k8s.io/v1", kind: "StorageClass" };
      try {
        if (name !== undefined) {
          const found = await cluster.get({ ...kind, metadata: { name } }, signal);
          return found as unknown as V1StorageClass | undefined;
        }
        const all = await cluster.list<V1StorageClass>(kind, "", signal);
        return all.find(({ metadata }) => metadata?.annotations?.[defaultClass] === "true");
      } catch (error) {
        if (error instanceof ApiError && error.code === 403) return undefined;
        throw error;
      }
    },
  };
}
