import { mostMemoryGiB } from "../../infra/elasticache-nodes.ts";
import { type Conflict, inCluster, inRegions, placesOf, type Rule, type Stack } from "./rule.ts";

/** What stores and Vault can't be, as data. */
export const storeRules: readonly Rule[] = [
  {
    name: "Redis in a cluster is one server, or can elect a primary",
    check: inCluster(({ data: { redis } }) => {
      if (redis.provider === "elasticache") return [];
      if (redis.shards === 2) {
        return [{ path: ["data", "redis", "shards"], allowed: "1, or at least 3 in a cluster", fix: "choose another" }];
      }
      return redis.shards === 1 && redis.replicasPerShard > 0
        ? [
            {
              path: ["data", "redis", "replicasPerShard"],
              allowed: "0 beside one shard: there is nobody to elect a replica",
              fix: "remove it, or choose three shards",
            },
          ]
        : [];
    }),
  },
  {
    name: "ElastiCache has a node that is as large",
    check: inCluster(({ data: { redis } }) =>
      redis.provider === "elasticache" && redis.memoryGiB > mostMemoryGiB
        ? [
            {
              path: ["data", "redis", "memoryGiB"],
              allowed: `at most ${mostMemoryGiB} a shard in ElastiCache`,
              fix: "lower it and raise shards",
            },
          ]
        : [],
    ),
  },
  {
    name: "RDS has one standby",
    check: inCluster(({ data: { postgres } }) =>
      postgres.provider === "rds" && postgres.instances > 2
        ? [
            {
              path: ["data", "postgres", "instances"],
              allowed: "at most 2 with rds: a primary and its standby",
              fix: "lower it, raise readReplicas, or choose aurora",
            },
          ]
        : [],
    ),
  },
  {
    name: "AWS keeps backups for 35 days",
    check: inCluster(({ data: { postgres } }) =>
      postgres.provider !== "cloudnative-pg" && postgres.backups.retentionDays > 35
        ? [
            {
              path: ["data", "postgres", "backups", "retentionDays"],
              allowed: `at most 35 with ${postgres.provider}`,
              fix: "lower it, or choose cloudnative-pg",
            },
          ]
        : [],
    ),
  },
  {
    name: "stores that AWS runs are told their passwords over a way out",
    check: (stack) =>
      inRegions(stack, ({ natGateways }) =>
        natGateways === "none" && hasManagedStore(stack)
          ? [
              {
                path: ["natGateways"],
                allowed:
                  "one or per-zone beside stores that AWS runs: the job that sets their passwords asks AWS's API",
                fix: "choose one of these, or cloudnative-pg and valkey",
              },
            ]
          : [],
      ),
  },
  {
    name: "what only AWS's databases have needs one",
    check: inCluster(({ data: { postgres } }) =>
      postgres.provider === "cloudnative-pg" && postgres.instanceClass !== undefined
        ? [
            {
              path: ["data", "postgres", "instanceClass"],
              allowed: "none with cloudnative-pg: its instances are pods",
              fix: "remove it",
            },
          ]
        : [],
    ),
  },
  {
    name: "AWS keeps the backups of its own databases",
    check: inCluster(({ data: { postgres } }) =>
      postgres.provider === "cloudnative-pg"
        ? []
        : (["bucket", "endpoint", "credentialsSecret"] as const).flatMap((key) =>
            postgres.backups[key] === undefined
              ? []
              : [
                  {
                    path: ["data", "postgres", "backups", key],
                    allowed: `none with ${postgres.provider}: AWS keeps its backups`,
                    fix: "remove it",
                  },
                ],
          ),
    ),
  },
  {
    name: "an object store that isn't AWS's has an address, a bucket and credentials",
    check: inCluster((stack) => {
      const { provider, backups } = stack.data.postgres;
      const { bucket, endpoint, credentialsSecret } = backups;
      if (provider !== "cloudnative-pg") return [];
      const missing = (key: string, fix: string): Conflict => ({
        path: ["data", "postgres", "backups", key],
        allowed: "bucket, endpoint and credentialsSecret together outside of AWS",
        fix,
      });
      const foreign = endpoint !== undefined || credentialsSecret !== undefined;
      if (!foreign && (bucket === undefined || stack.kind === "cloud")) return [];
      return [
        ...(bucket === undefined ? [missing("bucket", "name it")] : []),
        ...(endpoint === undefined ? [missing("endpoint", "say where the store is")] : []),
        ...(credentialsSecret === undefined ? [missing("credentialsSecret", "name the Secret")] : []),
      ];
    }),
  },
  {
    name: "Vault that another unseals knows which",
    check: inCluster(({ secrets: { vault } }) => {
      if (vault.mode !== "deploy") return [];
      const given = vault.transit !== undefined;
      return given === (vault.unseal === "transit")
        ? []
        : [
            {
              path: ["secrets", "vault", "transit"],
              allowed: given ? "only with unseal: transit" : "an address with unseal: transit",
              fix: given ? "remove it, or choose unseal: transit" : "say where the Vault is that unseals this one",
            },
          ];
    }),
  },
  {
    name: "a Vault that is set up has an address",
    check: inCluster((stack) => {
      const { vault, vaultReady, vaultAddresses } = stack.secrets;
      const names = placesOf(stack).map(({ name }) => name);
      const unknown = Object.keys(vaultAddresses).filter((region) => !names.includes(region));
      const missing =
        vaultReady && vault.mode === "deploy" ? names.filter((region) => !(region in vaultAddresses)) : [];
      return [
        ...unknown.map((region) => ({
          path: ["secrets", "vaultAddresses", region],
          allowed: `one of ${names.join(", ")}`,
          fix: "rename or remove it",
        })),
        ...missing.map((region) => ({
          path: ["secrets", "vaultAddresses"],
          allowed: `an address for ${region} where vaultReady is set`,
          fix: "say where whoever runs up reaches it",
        })),
      ];
    }),
  },
  {
    name: "a cluster's keys lie in Vault",
    check: inCluster(({ secrets: { providerKeys } }) =>
      Object.entries(providerKeys).flatMap(([provider, reference]) =>
        "vault" in reference
          ? []
          : [
              {
                path: ["secrets", "providerKeys", provider],
                allowed: "{vault: mount/path#field} in a cluster: from there it is rotated",
                fix: "put the key into Vault and name its place",
              },
            ],
      ),
    ),
  },
];

const hasManagedStore = (stack: Stack): boolean =>
  stack.kind === "cloud" &&
  (stack.data.postgres.provider !== "cloudnative-pg" || stack.data.redis.provider === "elasticache");
