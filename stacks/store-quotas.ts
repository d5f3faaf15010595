import type { NamespaceQuota } from "../infra/network-policy/index.ts";
import type { InCluster } from "./config/index.ts";

/** The most that the stores and Vault may ask for: what the stack says, twice where a roll-out has old and new at once. */
export function storeQuotas({
  postgres,
  pooler,
  redis,
  chroma,
}: InCluster["data"]): Record<"data" | "vault", NamespaceQuota> {
  const databases = postgres.provider === "cloudnative-pg" ? postgres.instances + postgres.readReplicas : 0;
  const servers = redis.provider === "elasticache" ? 0 : redis.shards * (1 + redis.replicasPerShard);
  const poolers = pooler.instances * 4;
  const stores = chroma === undefined ? 0 : 1;
  return {
    data: {
      // With some for jobs.
      pods: databases * 2 + servers + poolers + stores + 10,
      cpu: String(Math.ceil(databases * 2 + servers * 0.5 + poolers * 0.25 + stores + 2)),
      memory: `${Math.ceil(databases * 4 + servers * (redis.memoryGiB + 0.5) + poolers * 0.5 + stores * 2 + 4)}Gi`,
      volumes: databases * 2 + servers + stores + 4,
    },
    vault: { pods: 12, cpu: "4", memory: "8Gi", volumes: 16 },
  };
}
