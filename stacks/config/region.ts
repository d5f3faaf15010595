import { z } from "zod";
import { gibibytes, name } from "./common.ts";

/** Accelerators by the name that NVIDIA's device plugin gives them; the price table knows their instances. */
export const accelerators = ["t4", "l4", "a10g", "l40s", "a100", "h100"] as const;

const GpuPool = z.strictObject({
  name,
  accelerator: z.enum(accelerators),
  instanceFamilies: z
    .array(z.string().regex(/^[a-z][a-z0-9-]*$/, "an instance family such as g6"))
    .min(1)
    .meta({ description: "Families that the pool may take nodes from." }),
  maxGpus: z
    .int()
    .min(1)
    .meta({ description: "The pool's hard limit and so its cap on spending: the budget prices the pool at this." }),
  capacity: z
    .enum(["on-demand", "spot", "reserved"])
    .default("on-demand")
    .meta({ description: "spot is for batches: it may be taken away in the middle of an answer." }),
});

const SystemNodes = z
  .strictObject({
    instanceType: z
      .string()
      .regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, "an instance type such as m7g.large")
      .default("m7g.large"),
    min: z.int().min(1).max(100).default(2),
    max: z.int().min(1).max(100).default(3),
    diskGiB: gibibytes.default(50),
  })
  .meta({ description: "A small managed group for what must run before autoscaling does." });

const geography = z
  .enum(["us", "eu", "asia"])
  .meta({ description: "Which clients are nearest, and which tenants may be pinned here." });

/** A region that the stack creates in AWS. */
export const AwsRegion = z.strictObject({
  name: z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, "an AWS region such as eu-west-1"),
  geography,
  cidr: z.cidrv4().meta({ description: "The network of this region; no two regions may overlap." }),
  availabilityZones: z.int().min(2).max(4).default(3),
  natGateways: z
    .enum(["one", "per-zone", "none"])
    .default("one")
    .meta({ description: "none needs VPC endpoints for all that is reached; one is a single point of failure." }),
  kubernetesVersion: z.string().regex(/^1\.\d{2}$/, "a Kubernetes version such as 1.34"),
  systemNodes: SystemNodes.prefault({}),
  gpuPools: z.array(GpuPool).default([]),
});
export type AwsRegion = z.infer<typeof AwsRegion>;

/** A cluster that is there already; its kubeconfig is a file of whoever runs `up`, never part of the configuration. */
export const ExistingCluster = z.strictObject({
  name,
  geography: geography.optional(),
  kubeconfig: z
    .strictObject({
      file: z.string().min(1).default("~/.kube/config"),
      context: z.string().min(1).optional().meta({ description: "The current context by default." }),
    })
    .prefault({}),
  gpuPools: z
    .array(
      z.strictObject({
        name,
        accelerator: z.enum(accelerators),
        nodeSelector: z.record(z.string(), z.string()).meta({ description: "Labels of the nodes that carry it." }),
        maxGpus: z.int().min(1),
      }),
    )
    .default([]),
});
export type ExistingCluster = z.infer<typeof ExistingCluster>;
