import type * as kubernetes from "@pulumi/kubernetes";

/** Nodes with accelerators. */
export interface GpuPool {
  /** Labels that the pool's nodes carry, and no others. */
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Of each replica. @default 1 */
  readonly gpus?: number;
}

/** What a replica of a model server may use; without a pool it runs on CPUs. */
export interface ModelResources {
  /** Kubernetes quantities; the memory is also the limit. */
  readonly cpu: string;
  readonly memory: string;
  readonly pool?: GpuPool | undefined;
}

/** How long a roll-out may take: nodes with accelerators come, models are loaded from afar, engines built. */
export const readyWithinSeconds = 1800;

type PodSpec = kubernetes.types.input.core.v1.PodSpec;
type Resources = kubernetes.types.input.core.v1.ResourceRequirements;

/** NVIDIA's device plugin counts accelerators under this name, and pools taint their nodes with it. */
const accelerator = "nvidia.com/gpu";

export function containerResources({ cpu, memory, pool }: ModelResources): Resources {
  const gpus = pool === undefined ? {} : { [accelerator]: String(pool.gpus ?? 1) };
  return { requests: { cpu, memory, ...gpus }, limits: { memory, ...gpus } };
}

/** A pool's nodes refuse whoever doesn't tolerate them: nothing else may take their place. */
export function placementOf({ pool }: ModelResources): Pick<PodSpec, "nodeSelector" | "tolerations"> {
  if (pool === undefined) return {};
  return {
    nodeSelector: { ...pool.nodeSelector },
    tolerations: [{ key: accelerator, operator: "Exists", effect: "NoSchedule" }],
  };
}
