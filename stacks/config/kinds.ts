import { z } from "zod";
import { Models, Sandbox } from "./models.ts";
import { Airgap, Budget, Chaos, Gpu, Observability, Pki } from "./platform.ts";
import { AwsRegion, ExistingCluster } from "./region.ts";
import { ClusterRouter, ProcessRouter } from "./router.ts";
import { Data, Secrets } from "./stores.ts";
import { Edge, Gateway, Mesh } from "./traffic.ts";

/** This machine: the router as a supervised process with stores of its own. */
export const LocalStack = z
  .strictObject({
    kind: z.literal("local"),
    pki: Pki.prefault({}),
    router: ProcessRouter.prefault({}),
    rehearsal: z
      .strictObject({
        when: z.enum(["needed", "always", "never"]).default("needed").meta({
          description: "needed: scripted stand-ins only where neither a provider's key nor an Ollama is found.",
        }),
        port: z.int().min(1).max(65535).default(8444),
      })
      .prefault({})
      .meta({ description: "Stand-ins for providers, so that the stack answers on a bare machine." }),
    budget: Budget.prefault({ monthlyInfrastructureUsd: 0 }),
  })
  .meta({ title: "local", description: "This machine: certificates and the router as a supervised process." });

const inCluster = {
  pki: Pki.prefault({}),
  router: ClusterRouter.prefault({}),
  gpu: Gpu.prefault({}),
  models: Models.prefault({}),
  sandbox: Sandbox.optional(),
  data: Data.prefault({}),
  secrets: Secrets.prefault({}),
  gateway: Gateway.default({ kind: "none" }),
  mesh: Mesh.default({ kind: "none" }),
  observability: Observability.prefault({}),
  chaos: Chaos.prefault({}),
};

/** One Kubernetes cluster that is there already, with everything inside of it. */
export const ClusterStack = z
  .strictObject({
    kind: z.literal("cluster"),
    cluster: ExistingCluster,
    ...inCluster,
    budget: Budget.prefault({ monthlyInfrastructureUsd: 0 }),
  })
  .meta({ title: "cluster", description: "One Kubernetes cluster, everything inside of it, no cloud." });

/** One or more AWS regions. */
export const CloudStack = z
  .strictObject({
    kind: z.literal("cloud"),
    production: z
      .boolean()
      .default(false)
      .meta({ description: "true protects data against deletion and refuses chaos drills without an allow-list." }),
    accountId: z
      .string()
      .regex(/^\d{12}$/, "an AWS account: 12 digits")
      .meta({ description: "The AWS account. Whoever runs `up` with the credentials of another one is refused." }),
    regions: z.array(AwsRegion).min(1).max(6),
    ...inCluster,
    edge: Edge.default({ kind: "none" }),
    budget: Budget,
  })
  .meta({ title: "cloud", description: "AWS regions with clusters of their own: dev and prod." });

/** On-premises clusters without internet. */
export const AirgapStack = z
  .strictObject({
    kind: z.literal("airgap"),
    clusters: z.array(ExistingCluster).min(1).max(6),
    airgap: Airgap,
    ...inCluster,
    budget: Budget.prefault({ monthlyInfrastructureUsd: 0 }),
  })
  .meta({ title: "airgap", description: "On-premises clusters, own registry mirror, local models only." });

export type LocalStack = z.infer<typeof LocalStack>;
export type ClusterStack = z.infer<typeof ClusterStack>;
export type CloudStack = z.infer<typeof CloudStack>;
export type AirgapStack = z.infer<typeof AirgapStack>;
