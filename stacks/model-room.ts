import { modelRepository } from "../infra/models/index.ts";
import type { NamespaceQuota } from "../infra/network-policy/index.ts";
import { type InCluster, type ModelServer, modelServers, replicasInPool } from "./config/index.ts";

type Models = InCluster["models"];
type Room = readonly { readonly name: string; readonly maxGpus: number }[];

/**
 * The most replicas of a model server: what is said, and on a pool no more than it has room for beside the others' fewest.
 * Without autoscaling as many as there are.
 */
export function mostReplicasOf(models: Models, server: ModelServer, pools: Room): number {
  const { replicas = 0, maxReplicas, gpuPool } = models[server] ?? {};
  if (models.autoscaling === undefined) return replicas;
  const pool = pools.find(({ name }) => name === gpuPool);
  if (pool === undefined) return maxReplicas ?? replicas;
  const others = replicasInPool(models, pool.name) - replicas;
  return Math.max(replicas, Math.min(maxReplicas ?? pool.maxGpus, pool.maxGpus - others));
}

/** The most that model servers may ask for: what the stack says, and one replica of each more while they are exchanged. */
export function modelQuota(models: Models, pools: Room): NamespaceQuota | undefined {
  const served = modelServers.filter((server) => models[server] !== undefined);
  if (served.length === 0) return undefined;
  const most = served.map((server) => ({ server, replicas: mostReplicasOf(models, server, pools) }));
  const sum = (each: (server: ModelServer) => number, surplus: number) =>
    most.reduce((total, { server, replicas }) => total + (replicas + surplus) * each(server), 0);
  const resources = (server: ModelServer) => models[server]?.resources;
  return {
    pods: sum(() => 1, 1) + 2,
    // A pod that pulls models asks for no more than it serves with.
    cpu: String(Math.ceil(sum((server) => resources(server)?.cpus ?? 0, 1))),
    memory: `${Math.ceil(sum((server) => resources(server)?.memoryGiB ?? 0, 1))}Gi`,
    gpus: sum((server) => (models[server]?.gpuPool === undefined ? 0 : 1), 0),
    volumes: sum((server) => (server === "ollama" ? 1 : 0), 0) + (hasClaim(models) ? 1 : 0),
  };
}

/** Whether others make a claim in the namespace of the models. */
const hasClaim = ({ triton }: Models): boolean =>
  triton !== undefined && modelRepository(triton.repository).claim !== undefined;
