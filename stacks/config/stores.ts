import { z } from "zod";
import { gibibytes, name, SecretReference } from "./common.ts";

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
            authority: z
              .string()
              .startsWith("-----BEGIN CERTIFICATE-----")
              .optional()
              .meta({ description: "Who signed its certificate, in PEM; by default whom Vault's image believes." }),
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
