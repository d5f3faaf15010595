import { z } from "zod";
import { kongVersion, secondsBuckets } from "../../infra/facts.ts";
import { trafficCharts } from "../../infra/versions.ts";
import { gibibytes, hostname, imageDigest, name, registryMirror, SecretReference } from "./common.ts";

/** The private authority: root, one intermediate per region, leaves. */
export const Pki = z.strictObject({
  organization: z.string().min(1).max(64).default("hybrid-llm"),
  generation: z
    .int()
    .min(1)
    .default(1)
    .meta({ description: "Raise it to rotate: new keys everywhere, old and new root trusted until the next change." }),
  keepPrevious: z
    .boolean()
    .default(true)
    .meta({ description: "Keeps the previous generation's root in the trust bundle; false ends the overlap." }),
  rootValidityYears: z.int().min(1).max(30).default(10),
  intermediateValidityYears: z.int().min(1).max(10).default(3),
  leafValidityDays: z.int().min(1).max(825).default(90),
});
export type Pki = z.infer<typeof Pki>;

/** What the stack may cost; the plan is refused above it. */
export const Budget = z.strictObject({
  monthlyInfrastructureUsd: z.number().min(0),
  dailyLlmUsd: z.number().min(0).default(50),
  warnAtPercent: z.int().min(1).max(100).default(80),
});

const Backups = z.strictObject({
  retentionDays: z.int().min(1).max(365).default(14),
  bucket: z
    .string()
    .min(3)
    .optional()
    .meta({ description: "An object store that is there already; made in AWS where absent, elsewhere none." }),
  endpoint: z
    .url({ protocol: /^https$/ })
    .optional()
    .meta({ description: "Of an object store that speaks S3 and isn't AWS's." }),
  network: z.cidrv4().optional().meta({
    description: "Where it is, for the network policy: an air-gapped region lets backups out to there alone.",
  }),
  credentialsSecret: name.optional().meta({
    description: "A Secret of the namespace data with access-key-id and secret-access-key, for such a store.",
  }),
});

/** PostgreSQL, Redis and Chroma. */
export const Data = z.strictObject({
  postgres: z
    .strictObject({
      provider: z.enum(["cloudnative-pg", "rds", "aurora"]).default("cloudnative-pg"),
      instances: z.int().min(1).max(9).default(1).meta({ description: "Primary and standbys." }),
      readReplicas: z
        .int()
        .min(0)
        .max(5)
        .default(0)
        .meta({ description: "For reports, behind a pooler of their own." }),
      storageGiB: gibibytes.default(20),
      instanceClass: z
        .string()
        .regex(/^db\.[a-z0-9-]+\.[a-z0-9]+$/, "an instance class such as db.m7g.large")
        .optional()
        .meta({ description: "Of a database that AWS runs." }),
      backups: Backups.prefault({}),
    })
    .prefault({}),
  pooler: z
    .strictObject({
      instances: z.int().min(1).max(9).default(1),
      clientConnections: z.int().min(10).max(100_000).default(1000),
      serverConnections: z.int().min(1).max(1000).default(20),
    })
    .prefault({})
    .meta({ description: "PgBouncer, transaction pooling." }),
  redis: z
    .strictObject({
      provider: z.enum(["valkey", "redis", "elasticache"]).default("valkey"),
      shards: z.int().min(1).max(90).default(1),
      replicasPerShard: z.int().min(0).max(5).default(0),
      memoryGiB: gibibytes.default(1),
    })
    .prefault({}),
  chroma: z.strictObject({ storageGiB: gibibytes.default(10) }).optional(),
});

/** Vault, in two phases: the servers, then what is configured in them once they answer. */
export const Secrets = z.strictObject({
  vault: z
    .discriminatedUnion("mode", [
      z.strictObject({
        mode: z.literal("deploy"),
        replicas: z.union([z.literal(1), z.literal(3), z.literal(5)]).default(3),
        storageGiB: gibibytes.default(10),
        unseal: z.enum(["kms", "transit", "shamir"]).default("kms"),
        transit: z
          .strictObject({
            address: z.url({ protocol: /^https$/ }),
            network: z.cidrv4().meta({ description: "Where it is: nothing else outside is let through to." }),
            mount: name.default("transit"),
            key: name.default("unseal"),
          })
          .optional()
          .meta({ description: "The Vault that unseals; its token is in the Secret vault/vault-unseal." }),
        custodianKeys: z
          .array(z.string().startsWith("-----BEGIN PGP PUBLIC KEY BLOCK-----"))
          .length(5)
          .optional()
          .meta({ description: "PGP keys of the five people among whom the recovery keys are shared out." }),
      }),
      z.strictObject({ mode: z.literal("external"), address: z.url({ protocol: /^https$/ }) }),
    ])
    .prefault({ mode: "deploy" }),
  vaultReady: z
    .boolean()
    .default(false)
    .meta({ description: "Set it when Vault answers: policies, engines and roles are then configured." }),
  vaultAddresses: z
    .record(z.string(), z.url({ protocol: /^https$/ }))
    .default({})
    .meta({
      description: "By region: where whoever runs `up` reaches its Vault. VAULT_TOKEN and VAULT_CACERT say the rest.",
    }),
  providerKeys: z
    .partialRecord(z.enum(["gemini", "claude", "openai"]), SecretReference)
    .default({})
    .meta({ description: "Where each provider's key is; a backend without one starts disabled and says so." }),
});

/** What stands before the router. */
export const Gateway = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({
    kind: z.literal("kong"),
    hostname,
    replicas: z.int().min(1).max(50).default(2),
    requestsPerMinutePerKey: z.int().min(1).default(600).meta({
      description: "Counted by each replica for itself, as a bound for floods; the exact limits are the router's.",
    }),
    exposure: z.enum(["cluster", "internal", "internet"]).optional().meta({
      description:
        "Who reaches it: pods, the region's network, or the internet. In AWS internal by default, elsewhere cluster.",
    }),
    controllerDigest: imageDigest.meta({
      description: `Of the image kong/kubernetes-ingress-controller ${kongVersion}, which no public source pins. Zeros stand for it in a preview; \`up\` refuses them.`,
    }),
  }),
  z.strictObject({
    kind: z.literal("aws-api-gateway"),
    hostname,
    requestsPerSecond: z
      .int()
      .min(1)
      .max(10_000)
      .default(50)
      .meta({ description: "Of all clients in a region: HTTP APIs can't count by key; the router does." }),
    certificateArns: z
      .record(
        z.string(),
        z.string().regex(/^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/, "a certificate's ARN"),
      )
      .meta({ description: "By region: a certificate of ACM for the hostname." }),
  }),
]);
export type Gateway = z.infer<typeof Gateway>;

/** Who proves to whom who it is, within a cluster. Linkerd is no choice: its stable releases are sold, not published. */
export const Mesh = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({
    kind: z.literal("istio"),
    waypoints: z.boolean().default(false).meta({
      description: "Proxies for HTTP before the router, which weigh its versions within the cluster.",
    }),
    proxyDigest: imageDigest
      .optional()
      .meta({ description: `Of istio/proxyv2 ${trafficCharts.istiod.version}, which waypoints run.` }),
  }),
]);
export type Mesh = z.infer<typeof Mesh>;

const cloudflareId = z.string().regex(/^[0-9a-f]{32}$/, "32 hexadecimal digits");
const hostedZoneId = z.string().regex(/^Z[A-Z0-9]{5,32}$/, "a hosted zone's id, such as Z0123456789ABC");

/** What brings a client to the nearest healthy region. */
export const Edge = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({
    kind: z.literal("cloudflare"),
    accountId: cloudflareId,
    zone: hostname,
    zoneId: cloudflareId.meta({ description: "Of the zone, as its overview shows it." }),
    hostname,
    steering: z.enum(["proximity", "geo"]).default("proximity").meta({
      description: "proximity: the nearest healthy region; geo: the continent's own first, whatever is nearer.",
    }),
    cacheSeconds: z.int().min(0).max(86_400).default(300),
  }),
  z.strictObject({ kind: z.literal("global-accelerator"), hostname, zoneId: hostedZoneId.optional() }),
  z.strictObject({ kind: z.literal("route53"), zone: hostname, zoneId: hostedZoneId, hostname }),
]);
export type Edge = z.infer<typeof Edge>;

/** Models of one's own. */
export const Models = z.strictObject({
  ollama: z
    .strictObject({
      models: z.array(z.string().min(1)).min(1).default(["llama3:8b", "mistral:7b"]),
      replicas: z.int().min(1).max(50).default(1),
      gpuPool: name.optional().meta({ description: "The pool to run on; on CPUs without one." }),
      storageGiB: gibibytes.default(50),
    })
    .optional(),
  triton: z
    .strictObject({
      repository: z.string().min(1).meta({ description: "The model repository: a bucket's URL or a mirrored volume." }),
      replicas: z.int().min(1).max(50).default(1),
      gpuPool: name.optional(),
      models: z
        .array(
          z.strictObject({
            name,
            versions: z
              .array(z.strictObject({ version: z.int().min(1), weight: z.int().min(0).max(100) }))
              .min(1)
              .meta({ description: "The versions that are loaded, with the percent of users that each one serves." }),
            maxQueueDelayMicroseconds: z.int().min(0).default(0),
          }),
        )
        .min(1),
    })
    .optional(),
});

/** What a service promises over 30 days; alerts follow from it. */
const Slo = z.strictObject({
  availabilityPercent: z.number().min(90).max(99.99).default(99.5).meta({
    description: "Requests that aren't answered with a 5xx.",
  }),
  firstChunkSeconds: z
    .literal(secondsBuckets)
    .default(5.12)
    .meta({ description: "Until a model begins to answer; one of the bounds that the router counts by." }),
  firstChunkPercent: z.number().min(50).max(99.9).default(95),
});

export const Observability = z.strictObject({
  traces: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("none") }),
      z.strictObject({ kind: z.literal("jaeger") }),
      z.strictObject({ kind: z.literal("otlp"), endpoint: z.url({ protocol: /^https$/ }) }),
    ])
    .default({ kind: "jaeger" }),
  metrics: z.boolean().default(true).meta({ description: "Prometheus, alerts and dashboards." }),
  retentionDays: z.int().min(1).max(365).default(15),
  storageGiB: gibibytes.default(20),
  slo: Slo.prefault({}),
});
export type Observability = z.infer<typeof Observability>;

export const Chaos = z.strictObject({
  enabled: z.boolean().default(false),
  podKillEvery: z
    .string()
    .regex(/^@every \d+[smh]$|^(?:\S+ ){4}\S+$/, "a schedule such as @every 1m")
    .default("@every 1m"),
  namespaces: z.array(name).default([]).meta({
    description: "Nothing outside of these is ever touched; router and data where it's empty, but for production.",
  }),
  provider: z.enum(["openai", "claude", "gemini"]).default("openai").meta({
    description: "The provider that the network drills delay and cut off.",
  }),
});
export type Chaos = z.infer<typeof Chaos>;

/** What an air-gapped stack has in place of the internet. */
export const Airgap = z.strictObject({
  registryMirror,
  modelStore: z.string().min(1).meta({ description: "Where mirrored model files are pulled from." }),
});
