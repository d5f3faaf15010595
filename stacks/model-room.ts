import type { NamespaceQuota } from "../infra/network-policy/index.ts";
import type { InCluster } from "./config/index.ts";

export type ServerName = "ollama" | "triton";
export const serverNames: readonly ServerName[] = ["ollama", "triton"];

type Models = InCluster["models"];
type Room = readonly { readonly name: string; readonly maxGpus: number }[];

/**
 * The most replicas of a model server: what is said, and on a pool no more than it has room for beside the others' fewest.
 * Without autoscaling as many as there are.
 */
export function mostReplicasOf(models: Models, server: ServerName, pools: Room): number {
  const { replicas = 0, maxReplicas, gpuPool } = models[server] ?? {};
  if (models.autoscaling === undefined) return replicas;
  const pool = pools.find(({ name }) => name === gpuPool);
  if (pool === undefined) return maxReplicas ?? replicas;
  const others = serverNames
    .filter((other) => other !== server && models[other]?.gpuPool === gpuPool)
    .reduce((sum, other) => sum + (models[other]?.replicas ?? 0), 0);
  return Math.max(replicas, Math.min(maxReplicas ?? pool.maxGpus, pool.maxGpus - others));
}

/** The most that model servers may ask for: what the stack says, and one replica of each more while they are exchanged. */
export function modelQuota(models: Models, pools: Room): NamespaceQuota | undefined {
  const served = serverNames.filter((server) => models[server] !== undefined);
  if (served.length === 0) return undefined;
  const most = served.map((server) => ({ server, replicas: mostReplicasOf(models, server, pools) }));
  const sum = (each: (server: ServerName) => number, surplus: number) =>
    most.reduce((total, { server, replicas }) => total + (replicas + surplus) * each(server), 0);
  const resources = (server: ServerName) => models[server]?.resources;
  return {
    pods: sum(() => 1, 1) + 2,
    // A pod that pulls models asks for no more than it serves with.
    cpu: String(Math.ceil(sum((server) => resources(server)?.cpus ?? 0, 1))),
    memory: `${Math.ceil(sum((server) => resources(server)?.memoryGiB ?? 0, 1))}Gi`,
    gpus: sum((server) => (models[server]?.gpuPool === undefined ? 0 : 1), 0),
    volumes: sum((server) => (server === "ollama" ? 1 : 0), 0) + (isClaim(models.triton?.repository) ? 1 : 0),
  };
}

/** A claim that others make, in the namespace of the models. */
const isClaim = (repository = ""): boolean => repository.startsWith("pvc://");
