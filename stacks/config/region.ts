import { z } from "zod";
import { privateNetworks } from "../../infra/region/scope.ts";
import { defaultUse } from "../../infra/region/use.ts";
import { gibibytes, name, registryMirror } from "./common.ts";

/** Accelerators by the name that NVIDIA's device plugin gives them; the price table knows their instances. */
export const accelerators = ["t4", "l4", "a10g", "l40s", "a100", "h100"] as const;

/** The instance families of AWS that carry each. Source: EC2 user guide, "Accelerated computing instances", 2026-11. */
export const familiesOf: Readonly<Record<(typeof accelerators)[number], readonly string[]>> = {
  t4: ["g4dn"],
  l4: ["g6", "gr6"],
  a10g: ["g5"],
  l40s: ["g6e"],
  a100: ["p4d", "p4de"],
  h100: ["p5"],
};

const instanceFamily = z.string().regex(/^[a-z][a-z0-9-]*$/, "an instance family such as g6");

const GpuPool = z.strictObject({
  name,
  accelerator: z.enum(accelerators),
  instanceFamilies: z.array(instanceFamily).min(1).meta({ description: "Families that the pool may take nodes from." }),
  instanceSizes: z
    .array(z.string().regex(/^(?:\d*xlarge|large|medium|metal)$/, "an instance size such as 2xlarge"))
    .min(1)
    .optional()
    .meta({
      description: "Sizes that the pool may take; all of its families where absent, and the budget prices the dearest.",
    }),
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

const GeneralNodes = z
  .strictObject({
    instanceFamilies: z.array(instanceFamily).min(1).default(["m7g"]),
    maxCpus: z
      .int()
      .min(1)
      .max(10_000)
      .default(16)
      .meta({ description: "Never more virtual CPUs at once: the budget prices the pool at this." }),
  })
  .meta({ description: "Nodes that come and go with the load, for everything that asks for no accelerator." });

const roleArn = z.string().regex(/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/, "the ARN of an IAM role");

const Access = z
  .strictObject({
    deployRole: roleArn.optional().meta({
      description: "The role by which this program works in the cluster; whoever creates the cluster, where absent.",
    }),
    administrators: z.array(roleArn).default([]).meta({ description: "Roles of people who administer the cluster." }),
    publicCidrs: z
      .array(z.cidrv4())
      .default([])
      .meta({ description: "From where the API server is reached over the internet. Empty: from the VPC alone." }),
  })
  .meta({ description: "Who reaches the cluster's API." });

const geography = z
  .enum(["us", "eu", "asia"])
  .meta({ description: "Which clients are nearest, and which tenants may be pinned here." });

const MonthlyUse = z
  .strictObject({
    requests: z.int().min(0).default(defaultUse.requests),
    trafficGB: z.number().min(0).default(defaultUse.trafficGB).meta({
      description: "What leaves for the internet, to clients and providers.",
    }),
    logsGB: z.number().min(0).default(defaultUse.logsGB).meta({ description: "What is written to CloudWatch." }),
  })
  .meta({ description: "What a month is expected to bring: the budget prices by it what is billed by use." });

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
  flowLogs: z
    .enum(["none", "rejected", "all"])
    .default("rejected")
    .meta({ description: "Which of the network's connections are written to CloudWatch; billed by the GB." }),
  registryMirror: registryMirror.optional().meta({
    description: "Every image and chart is rewritten to it, but the router's: it is in a registry of the region.",
  }),
  access: Access.prefault({}),
  systemNodes: SystemNodes.prefault({}),
  generalNodes: GeneralNodes.prefault({}),
  gpuPools: z.array(GpuPool).default([]),
  monthlyUse: MonthlyUse.prefault({}),
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
  apiServers: z
    .array(z.cidrv4())
    .default([...privateNetworks])
    .meta({
      description: "Networks of the cluster's API servers: databases and Vault ask them, and nothing else there.",
    }),
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
  present: z
    .array(z.enum(["cert-manager", "device-plugin", "gateway-api", "metrics-server"]))
    .default([])
    .meta({ description: "What the cluster has already: the stack leaves it alone." }),
});
export type ExistingCluster = z.infer<typeof ExistingCluster>;
