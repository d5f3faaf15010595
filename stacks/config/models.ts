import { z } from "zod";
import { kedaVersion } from "../../infra/facts.ts";
import { gibibytes, imageDigest, name } from "./common.ts";

/** What a replica of a model server asks for; never less than pulling its models does. */
const modelResources = (memoryGiB: number) =>
  z
    .strictObject({ cpus: z.number().min(0.25).max(512).default(2), memoryGiB: gibibytes.default(memoryGiB) })
    .prefault({})
    .meta({ description: "Requested per replica; the memory is also the limit." });

const mostReplicas = z.int().min(1).max(50).optional().meta({
  description:
    "With models.autoscaling: how many there may be; what its pool has room for by default, and at the most.",
});

const ModelAutoscaling = z.strictObject({
  requestsPerReplica: z.int().min(1).default(8).meta({ description: "Before there is another." }),
  digests: z.strictObject({ operator: imageDigest, metricsServer: imageDigest, webhooks: imageDigest }).meta({
    description: `Of KEDA's images (kedacore/keda, keda-metrics-apiserver, keda-admission-webhooks) ${kedaVersion}, which no public source pins. Zeros stand for them in a preview; \`up\` refuses them.`,
  }),
});

/** Models of one's own. */
export const Models = z.strictObject({
  ollama: z
    .strictObject({
      models: z.array(z.string().min(1)).min(1).default(["llama3:8b", "mistral:7b"]),
      replicas: z.int().min(1).max(50).default(1),
      maxReplicas: mostReplicas,
      gpuPool: name.optional().meta({ description: "The pool to run on; on CPUs without one." }),
      resources: modelResources(10),
      storageGiB: gibibytes.default(50),
    })
    .optional(),
  triton: z
    .strictObject({
      repository: z.string().min(1).meta({ description: "The model repository: a bucket's URL or a mirrored volume." }),
      replicas: z.int().min(1).max(50).default(1),
      maxReplicas: mostReplicas,
      gpuPool: name.optional(),
      resources: modelResources(8),
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
  autoscaling: ModelAutoscaling.optional().meta({
    description: "KEDA adds replicas of model servers as requests queue up; needs observability.metrics.",
  }),
});
export type Models = z.infer<typeof Models>;

export const modelServers = ["ollama", "triton"] as const;
export type ModelServer = (typeof modelServers)[number];

/** How many replicas of all model servers a pool holds at least. */
export const replicasInPool = (models: Models, pool: string): number =>
  modelServers
    .filter((server) => models[server]?.gpuPool === pool)
    .reduce((sum, server) => sum + (models[server]?.replicas ?? 0), 0);

const quota = (what: string) =>
  z
    .strictObject({
      pods: z.int().min(1).max(10_000).default(20),
      cpus: z.int().min(1).max(10_000).default(4),
      memoryGiB: gibibytes.default(4),
    })
    .prefault({})
    .meta({ description: what });

/** Where code runs that nobody trusts: gVisor, no network, no token. */
export const Sandbox = z.strictObject({
  nodeSelector: z.record(z.string(), z.string()).optional().meta({
    description: "Labels of the nodes that have gVisor's runsc; all have it by default.",
  }),
  adversaries: quota("The most that adversaries may use, those that are held ready and those at work."),
  verifier: quota("The most that a logic verifier's pods may use."),
});
export type Sandbox = z.infer<typeof Sandbox>;
