import { namespaces } from "../network-policy/index.ts";

/** Which stores there are: as much of a stack's configuration as decides where they are found. */
export interface StoreChoice {
  readonly postgres: {
    readonly provider: "cloudnative-pg" | "rds" | "aurora";
    readonly readReplicas: number;
  };
  readonly redis: {
    readonly provider: "valkey" | "redis" | "elasticache";
    readonly shards: number;
    readonly replicasPerShard: number;
  };
  readonly chroma?: object | undefined;
}

/** A server by its name and port. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Where the router finds its stores. */
export interface StoreEndpoints {
  /** PgBouncer before the primary. */
  readonly database: Endpoint;
  /** PgBouncer before the read replicas. */
  readonly replica: Endpoint | undefined;
  /** One server or the first to ask of a cluster; AWS names ElastiCache's, so nobody knows it before it's there. */
  readonly redis: { readonly cluster: boolean; readonly nodes: readonly Endpoint[] | "elasticache" };
  readonly chroma: Endpoint | undefined;
}

export const ports = { postgres: 5432, redis: 6379, redisBus: 16_379, chroma: 8000 } as const;

/** The database, and the role that the router has in it. */
export const database = { name: "hybrid_llm", owner: "router" } as const;

/** Names of workloads, and of the Services that lead to them. */
export const stores = {
  database: "database",
  pooler: "database-rw-pooler",
  replicaPooler: "database-ro-pooler",
  redis: "redis",
  redisPods: "redis-pods",
  chroma: "chroma",
} as const;

/** Secrets of the namespace `data`, by name; Vault Secrets Operator or cert-manager makes them, never this program. */
export const storeSecrets = {
  /** `username`, `password`: of the database's owner. */
  databaseOwner: "database-owner",
  /** `userlist.txt`: what PgBouncer lets in, and shows AWS's database. */
  poolerUsers: "database-pooler-users",
  /** `password`. */
  redisPassword: "redis-password",
  databaseCertificate: "database-tls",
  redisCertificate: "redis-tls",
} as const;

/** The router's role in Redis, where there are roles. */
export const redisUser = { elasticache: "router", inCluster: "default" } as const;

/** A Service's whole name: the one that certificates hold. */
export const hostOf = (service: string): string => `${service}.${namespaces.data}.svc.cluster.local`;

/** A pod of Redis, by its number. */
export const redisServer = (index: number): Endpoint => ({
  host: `${stores.redis}-${index}.${hostOf(stores.redisPods)}`,
  port: ports.redis,
});

export const redisPods = ({ shards, replicasPerShard }: StoreChoice["redis"]): number =>
  shards * (1 + replicasPerShard);

/**
 * The one place that says where a choice of stores is found: the router's addresses, the network policy and the stores
 * themselves are made from it.
 */
export function endpointsOf({ postgres, redis, chroma }: StoreChoice): StoreEndpoints {
  const pooler = (service: string): Endpoint => ({ host: hostOf(service), port: ports.postgres });
  const cluster = redis.provider === "elasticache" || redis.shards > 1;
  return {
    database: pooler(stores.pooler),
    replica: postgres.readReplicas > 0 ? pooler(stores.replicaPooler) : undefined,
    redis: {
      cluster,
      nodes:
        redis.provider === "elasticache"
          ? "elasticache"
          : cluster
            ? Array.from({ length: redis.shards }, (_, index) => redisServer(index))
            : [{ host: hostOf(stores.redis), port: ports.redis }],
    },
    chroma: chroma === undefined ? undefined : { host: hostOf(stores.chroma), port: ports.chroma },
  };
}
