import type {
  V1CustomResourceDefinition,
  V1DaemonSet,
  V1Deployment,
  V1Ingress,
  V1Job,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1ReplicaSet,
  V1Service,
  V1StatefulSet,
  V1StorageClass,
} from "@kubernetes/client-node";
import type { KubernetesObject } from "../objects.ts";

/** How far an object is: `undefined` once it is ready; a failure is one that waiting doesn't mend. */
export type Progress = undefined | { readonly waiting: string } | { readonly failed: string };

/** What else may have to be looked at. */
export interface Surroundings {
  /** Whether an endpoint of a Service is ready. */
  hasReadyEndpoint(service: KubernetesObject): Promise<boolean>;
  /** A StorageClass by name, or the default one; `undefined`: there is none, or it may not be read. */
  storageClass(name: string | undefined): Promise<V1StorageClass | undefined>;
}

type Condition = {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
};

const condition = (conditions: readonly Condition[] | undefined, type: string): Condition | undefined =>
  conditions?.find((found) => found.type === type);
const waiting = (text: string): Progress => ({ waiting: text });

/** By group and kind. What isn't here is ready as soon as it is there. */
const rules: Readonly<Record<string, (object: never, around: Surroundings) => Progress | Promise<Progress>>> = {
  "/Namespace": ({ status }: { status?: { phase?: string } }) =>
    status?.phase === "Active" ? undefined : waiting(`phase ${status?.phase ?? "unknown"}`),
  "/Pod": pod,
  "/PersistentVolume": ({ status }: V1PersistentVolume) =>
    status?.phase === "Available" || status?.phase === "Bound"
      ? undefined
      : waiting(`phase ${status?.phase ?? "unknown"}`),
  "/PersistentVolumeClaim": claim,
  "/ReplicationController": replicas,
  "/Service": service,
  "apiextensions.k8s.io/CustomResourceDefinition": customResourceDefinition,
  "apps/DaemonSet": daemonSet,
  "apps/Deployment": deployment,
  "apps/ReplicaSet": replicas,
  "apps/StatefulSet": statefulSet,
  "batch/Job": job,
  "networking.k8s.io/Ingress": ({ status }: V1Ingress) =>
    (status?.loadBalancer?.ingress ?? []).length > 0 ? undefined : waiting("no controller has given it an address"),
};

export async function progressOf(group: string, object: KubernetesObject, around: Surroundings): Promise<Progress> {
  const rule = rules[`${group}/${object.kind ?? ""}`];
  return rule === undefined ? undefined : await rule(object as never, around);
}

function isBehind(object: { metadata?: { generation?: number }; status?: { observedGeneration?: number } }): boolean {
  return (object.status?.observedGeneration ?? 0) < (object.metadata?.generation ?? 0);
}

function deployment(object: V1Deployment): Progress {
  const { spec, status } = object;
  if (spec?.paused) return undefined;
  if (isBehind(object)) return waiting("its controller has not seen it yet");
  const progressing = condition(status?.conditions, "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded") {
    return { failed: progressing.message ?? "its pods did not get ready within progressDeadlineSeconds" };
  }
  const wanted = spec?.replicas ?? 1;
  const { updatedReplicas = 0, replicas: all = 0, availableReplicas = 0 } = status ?? {};
  if (updatedReplicas < wanted) return waiting(`${updatedReplicas} of ${wanted} pods are of the new version`);
  if (all > updatedReplicas) return waiting(`${all - updatedReplicas} old pods are still there`);
  return availableReplicas < wanted ? waiting(`${availableReplicas} of ${wanted} pods are available`) : undefined;
}

function statefulSet(object: V1StatefulSet): Progress {
  const { spec, status } = object;
  if (isBehind(object)) return waiting("its controller has not seen it yet");
  if (spec?.updateStrategy?.type === "OnDelete") return undefined;
  const wanted = spec?.replicas ?? 1;
  const { readyReplicas = 0, updatedReplicas = 0, currentRevision, updateRevision } = status ?? {};
  if (readyReplicas < wanted) return waiting(`${readyReplicas} of ${wanted} pods are ready`);
  const kept = spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  if (updatedReplicas < wanted - kept && currentRevision !== updateRevision) {
    return waiting(`${updatedReplicas} of ${wanted - kept} pods are of the new version`);
  }
  return undefined;
}

function daemonSet(object: V1DaemonSet): Progress {
  const { spec, status } = object;
  if (isBehind(object)) return waiting("its controller has not seen it yet");
  if (spec?.updateStrategy?.type === "OnDelete") return undefined;
  const { desiredNumberScheduled = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = status ?? {};
  if (updatedNumberScheduled < desiredNumberScheduled) {
    return waiting(`${updatedNumberScheduled} of ${desiredNumberScheduled} pods are of the new version`);
  }
  return numberAvailable < desiredNumberScheduled
    ? waiting(`${numberAvailable} of ${desiredNumberScheduled} pods are available`)
    : undefined;
}

function replicas(object: V1ReplicaSet): Progress {
  if (isBehind(object)) return waiting("its controller has not seen it yet");
  const wanted = object.spec?.replicas ?? 1;
  const ready = object.status?.readyReplicas ?? 0;
  return ready < wanted ? waiting(`${ready} of ${wanted} pods are ready`) : undefined;
}

function job({ spec, status }: V1Job): Progress {
  const failed = condition(status?.conditions, "Failed");
  if (failed?.status === "True") return { failed: failed.message ?? failed.reason ?? "it failed" };
  if (condition(status?.conditions, "Complete")?.status === "True" || spec?.suspend) return undefined;
  return waiting(`${status?.succeeded ?? 0} of ${spec?.completions ?? 1} pods have succeeded`);
}

function pod({ status }: V1Pod): Progress {
  if (status?.phase === "Succeeded" || condition(status?.conditions, "Ready")?.status === "True") return undefined;
  if (status?.phase === "Failed") return { failed: status.message ?? status.reason ?? "it failed" };
  const held = (status?.containerStatuses ?? []).find(({ state }) => state?.waiting?.reason !== undefined);
  const reason = held && `container ${held.name}: ${held.state?.waiting?.reason}`;
  return waiting(
    reason ?? condition(status?.conditions, "PodScheduled")?.message ?? `phase ${status?.phase ?? "unknown"}`,
  );
}

async function service(object: V1Service, around: Surroundings): Promise<Progress> {
  const { spec, status } = object;
  if (spec?.type === "ExternalName") return undefined;
  if (spec?.type === "LoadBalancer" && (status?.loadBalancer?.ingress ?? []).length === 0) {
    return waiting("its load balancer has no address yet");
  }
  const selects = Object.keys(spec?.selector ?? {}).length > 0;
  if (!selects || spec?.clusterIP === "None") return undefined;
  const found = await around.hasReadyEndpoint(object as unknown as KubernetesObject);
  return found ? undefined : waiting("no pod that it selects is ready");
}

async function claim({ spec, status }: V1PersistentVolumeClaim, around: Surroundings): Promise<Progress> {
  if (status?.phase === "Bound") return undefined;
  if (status?.phase === "Lost") return { failed: "its volume is lost" };
  // Bound when the first pod uses it, which may come after it in the same program.
  const storageClass = spec?.storageClassName === "" ? undefined : await around.storageClass(spec?.storageClassName);
  if (storageClass?.volumeBindingMode === "WaitForFirstConsumer") return undefined;
  return waiting("no volume is bound to it yet");
}

function customResourceDefinition({ status }: V1CustomResourceDefinition): Progress {
  const names = condition(status?.conditions, "NamesAccepted");
  if (names?.status === "False") return { failed: names.message ?? "its names are taken" };
  return condition(status?.conditions, "Established")?.status === "True" ? undefined : waiting("it is not served yet");
}
