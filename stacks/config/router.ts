import { z } from "zod";
import { RouterConfig } from "../../runtime/config/index.ts";
import { cpuQuantity, imageDigest, imageRepository, memoryQuantity, name } from "./common.ts";

/** One named version: what runs, and with which configuration. Stays deployable for as long as it is listed. */
const RouterVersion = z.strictObject({
  imageDigest: imageDigest.optional().meta({
    description:
      "The router's image in a cluster, where zeros stand for it in a preview and `up` refuses them. A process runs the bundle of this checkout instead.",
  }),
  config: z
    .lazy(() => RouterConfig)
    .prefault({})
    .meta({ description: "The router's own configuration; the same schema that the router checks at its start." }),
});

const Rollout = z
  .strictObject({
    stable: name.meta({ description: "The version that serves." }),
    candidate: name.optional().meta({ description: "The version that is being tried." }),
    weight: z.int().min(0).max(100).optional().meta({ description: "Percent of the requests for the candidate." }),
  })
  .meta({ description: "Which versions serve. Rolling back is changing one value." });

const Autoscaling = z.strictObject({
  minReplicas: z.int().min(1).max(100).default(1),
  maxReplicas: z.int().min(1).max(1000).default(10),
  cpuPercent: z.int().min(1).max(100).default(50),
  inFlightPerReplica: z.int().min(1).optional().meta({
    description: "Requests under way per replica; the better signal, because the router waits more than it works.",
  }),
});

/** Versions and roll-out, in every stack. */
export const RouterVersions = z.strictObject({
  versions: z
    .record(name, RouterVersion)
    .prefault({ current: {} })
    .meta({ description: "Named versions of the router." }),
  rollout: Rollout.default({ stable: "current" }),
});

const clientCertificate = z
  .enum(["none", "optional", "required"])
  .default("optional")
  .meta({ description: "Whether a client must show a certificate of the stack's own authority." });

/** The router as a supervised process of this machine. */
export const ProcessRouter = RouterVersions.extend({
  workers: z.int().min(1).max(64).default(1).meta({ description: "Worker processes under the one listening socket." }),
  clientCertificate,
  environmentFile: z
    .string()
    .regex(/^(\/|~\/)./, "an absolute path, or one that begins with ~/")
    .optional()
    .meta({
      description:
        "A file of this machine with variables for the router, NAME=value a line, such as REDIS_URL and DATABASE_URL. Its owner alone may read it (chmod 600); its content is in neither state nor log. A changed file is taken by the next up.",
    }),
});

/** The router as a Deployment of a cluster, one for each version that serves. */
export const ClusterRouter = RouterVersions.extend({
  imageRepository: imageRepository.optional().meta({
    description: "Where the router's images are, without tag and digest. In AWS the stack makes one in each region.",
  }),
  clientCertificate: clientCertificate.meta({
    description: "Whether a client must show a certificate of the stack's own authority; the gateway always does.",
  }),
  callers: z.array(name).default([]).meta({
    description: "Namespaces of the cluster whose pods may ask the router without the gateway.",
  }),
  replicas: z.int().min(1).max(1000).optional().meta({ description: "A fixed number; excludes autoscaling." }),
  autoscaling: Autoscaling.optional().meta({ description: "A HorizontalPodAutoscaler; excludes replicas." }),
  resources: z
    .strictObject({ cpu: cpuQuantity.default("500m"), memory: memoryQuantity.default("512Mi") })
    .prefault({})
    .meta({ description: "Requested per replica; the memory is also the limit." }),
});
