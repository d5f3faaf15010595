import type * as pulumi from "@pulumi/pulumi";
import { allow, PodRole, policyDocument } from "../infra/iam/index.ts";
import { Keda } from "../infra/keda/index.ts";
import {
  type ModelResources,
  type ModelScaling,
  Ollama,
  s3Place,
  scalingWithin,
  Triton,
  tritonServer,
} from "../infra/models/index.ts";
import { namespaces } from "../infra/network-policy/index.ts";
import type { RegionScope } from "../infra/region/index.ts";
import type { InCluster, ModelServer } from "./config/index.ts";
import type { GatewayCloud } from "./gateway.ts";
import { mostReplicasOf } from "./model-room.ts";
import { kedaOf } from "./region-table.ts";

/** Nodes with accelerators, whoever makes them. */
export interface RegionPool {
  readonly name: string;
  /** Labels of its nodes, and of no others. */
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly maxGpus: number;
}

/** Where a region's models are put. */
export interface ModelRegion {
  readonly scope: RegionScope;
  readonly pools: readonly RegionPool[];
  readonly cloud?: GatewayCloud | undefined;
  /** What pods wait for. */
  readonly ready: readonly pulumi.Resource[];
  /** Where models' autoscaling asks. */
  readonly prometheusUrl: string | undefined;
}

/**
 * A region's models of its own.
 *
 * @returns what a router that asks them waits for
 */
export function composeModels(stack: InCluster, region: ModelRegion): pulumi.Resource[] {
  const { scope, ready } = region;
  const { ollama, triton } = stack.models;
  if (ollama === undefined && triton === undefined) return [];
  const autoscaling = kedaOf(stack);
  const keda =
    autoscaling === undefined
      ? []
      : [
          new Keda(`${scope.name}-autoscaling`, scope, { digests: autoscaling.digests }, { dependsOn: [...ready] })
            .ready,
        ];
  const after = { dependsOn: [...ready, ...keda] };
  return [
    ...(ollama === undefined ? [] : [createOllama(stack, ollama, region, after)]),
    ...(triton === undefined ? [] : [createTriton(stack, triton, region, after)]),
  ];
}

type Options = { readonly dependsOn: pulumi.Resource[] };
type Models = InCluster["models"];

function createOllama(
  stack: InCluster,
  { models, storageGiB }: NonNullable<Models["ollama"]>,
  region: ModelRegion,
  after: Options,
): Ollama {
  const modelStore = stack.kind === "airgap" ? stack.airgap.modelStore : undefined;
  return new Ollama(
    `${region.scope.name}-ollama`,
    region.scope,
    { namespace: namespaces.models, models, storageGiB, modelStore, ...sizeOf(stack, "ollama", region) },
    after,
  );
}

function createTriton(
  stack: InCluster,
  { repository, models }: NonNullable<Models["triton"]>,
  region: ModelRegion,
  after: Options,
): Triton {
  const { scope } = region;
  const reader = readerOf(repository, region);
  return new Triton(
    `${scope.name}-triton`,
    scope,
    { namespace: namespaces.models, repository, models, ...sizeOf(stack, "triton", region) },
    { dependsOn: [...after.dependsOn, ...reader] },
  );
}

/** In AWS, who may read the bucket that the models lie in: Triton alone. */
function readerOf(repository: string, { scope, cloud }: ModelRegion): PodRole[] {
  const place = s3Place(repository);
  if (cloud === undefined || place === undefined) return [];
  const { bucket, prefix } = place;
  return [
    new PodRole(`${scope.name}-triton-identity`, cloud.scope, {
      clusterName: cloud.cluster.clusterName,
      namespace: namespaces.models,
      serviceAccount: tritonServer.name,
      purpose: "triton",
      policy: policyDocument([
        allow(["s3:GetObject"], [`arn:aws:s3:::${bucket}/${prefix === "" ? "" : `${prefix}/`}*`]),
        allow(["s3:ListBucket", "s3:GetBucketLocation"], [`arn:aws:s3:::${bucket}`]),
      ]),
    }),
  ];
}

/** What each replica asks for, and how many there are. */
function sizeOf(
  { models }: InCluster,
  server: ModelServer,
  { pools, prometheusUrl }: ModelRegion,
): { resources: ModelResources; scaling: ModelScaling } {
  const { gpuPool, replicas = 1, resources } = models[server] ?? {};
  const { cpus = 1, memoryGiB = 1 } = resources ?? {};
  const pool = pools.find(({ name }) => name === gpuPool);
  return {
    resources: {
      cpu: String(cpus),
      memory: `${memoryGiB}Gi`,
      ...(pool === undefined ? {} : { pool: { nodeSelector: pool.nodeSelector } }),
    },
    scaling: scalingWithin(replicas, {
      maxReplicas: mostReplicasOf(models, server, pools),
      requestsPerReplica: models.autoscaling?.requestsPerReplica ?? 1,
      prometheus: prometheusUrl,
    }),
  };
}
