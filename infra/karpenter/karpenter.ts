import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Chart, ChartRelease, imageParts, type Resources, requested } from "../charts/index.ts";
import { nodePolicies } from "../cluster/index.ts";
import { PodRole, policyDocument, trusting } from "../iam/index.ts";
import { type CloudRegionScope, RegionComponent } from "../region/index.ts";
import { charts } from "../versions.ts";
import { Interruptions } from "./interruptions.ts";
import { karpenterPolicy } from "./policy.ts";
import { type GeneralPool, type GpuPool, generalPoolObjects, gpuPoolObjects, type PoolObjects } from "./pools.ts";

/** What nodes a cluster may get. */
export interface KarpenterArgs {
  readonly clusterName: string;
  readonly general: GeneralPool;
  readonly gpuPools: readonly GpuPool[];
}

const account = { namespace: "kube-system", serviceAccount: "karpenter" };
const resources: Resources = { cpu: "500m", memory: "512Mi" };
const typeToken = "hybrid-llm:karpenter:Karpenter";

/**
 * Karpenter: starts a node when a pod finds no room, of the pool that the pod tolerates, and ends it when it is empty.
 *
 * Cost: 500m CPU and 512 MiB, twice that in production; and the nodes. Those aren't in the plan: each pool's `limits` are
 * the most that it can cost, and what a budget must reckon with.
 */
export class Karpenter extends RegionComponent<CloudRegionScope> {
  readonly #clusterName: string;
  /** What pods wait for that need a node of a pool. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, scope: CloudRegionScope, args: KarpenterArgs, opts?: pulumi.ComponentResourceOptions) {
    const { clusterName, general, gpuPools } = args;
    const limits = Object.fromEntries(gpuPools.map((pool) => [pool.name, pool.maxGpus]));
    super(typeToken, name, scope, { maxCpus: general.maxCpus, maxGpus: limits }, opts);
    this.#clusterName = clusterName;
    const interruptions = new Interruptions(this.named("interruptions"), scope, this.own());
    const { role, profile, access } = this.#createNodeIdentity();
    const identity = new PodRole(
      this.named("identity"),
      scope,
      {
        ...account,
        clusterName,
        purpose: "karpenter",
        policy: pulumi
          .all([interruptions.queueArn, role.arn, profile.arn])
          .apply(([queueArn, nodeRoleArn, instanceProfileArn]) =>
            policyDocument(
              karpenterPolicy({ clusterName, region: scope.name, queueArn, nodeRoleArn, instanceProfileArn }),
            ),
          ),
      },
      this.own(),
    );
    const controller = this.#install(interruptions.queueName, [identity, interruptions, access]);
    const profileName = scope.physical("karpenter-nodes");
    this.ready = [
      generalPoolObjects(general, clusterName, profileName),
      ...gpuPools.map((pool) => gpuPoolObjects(pool, clusterName, profileName)),
    ].map((pool) => this.#createPool(pool, controller));
    this.registerOutputs({});
  }

  /** The nodes' own role: apart from the managed group's, whose access entry EKS makes and removes by itself. */
  #createNodeIdentity(): { role: aws.iam.Role; profile: aws.iam.InstanceProfile; access: aws.eks.AccessEntry } {
    const physical = this.scope.physical("karpenter-nodes");
    const role = new aws.iam.Role(
      this.named("node-role"),
      { name: physical, assumeRolePolicy: trusting("ec2.amazonaws.com") },
      this.own(),
    );
    for (const policy of nodePolicies) {
      new aws.iam.RolePolicyAttachment(
        this.named(`node-policy-${policy}`),
        { role: role.name, policyArn: `arn:aws:iam::aws:policy/${policy}` },
        this.own(),
      );
    }
    const profile = new aws.iam.InstanceProfile(
      this.named("node-profile"),
      { name: physical, role: role.name },
      this.own(),
    );
    const access = new aws.eks.AccessEntry(
      this.named("node-access"),
      { clusterName: this.#clusterName, principalArn: role.arn, type: "EC2_LINUX" },
      this.own(),
    );
    return { role, profile, access };
  }

  #install(queueName: string, dependsOn: pulumi.Resource[]): pulumi.Resource {
    const { scope } = this;
    const crds = new ChartRelease(
      this.named("crds"),
      scope,
      {
        chart: {
          ...charts.karpenterCrds,
          workloads: [],
          services: [],
          apiGroups: ["karpenter.k8s.aws", "karpenter.sh"],
        },
        namespace: account.namespace,
        values: {},
      },
      this.own(),
    );
    const replicas = scope.production ? 2 : 1;
    const { repository, tag, digest } = imageParts(scope, charts.karpenter.images.controller);
    return new ChartRelease(
      this.named("chart"),
      scope,
      {
        chart: controllerChart(replicas),
        namespace: account.namespace,
        values: {
          replicas,
          settings: { clusterName: this.#clusterName, interruptionQueue: queueName },
          serviceAccount: { create: true, name: account.serviceAccount },
          controller: {
            image: { repository, tag, digest },
            resources: requested(resources),
          },
        },
      },
      this.own({ dependsOn: [crds, ...dependsOn] }),
    );
  }

  #createPool({ name, nodeClass, nodePool }: PoolObjects, controller: pulumi.Resource): pulumi.Resource {
    const { CustomResource } = kubernetes.apiextensions;
    const ofNode = new CustomResource(
      this.named(`${name}-class`),
      { apiVersion: "karpenter.k8s.aws/v1", kind: "EC2NodeClass", metadata: { name }, spec: nodeClass },
      this.own({ dependsOn: controller }),
    );
    return new CustomResource(
      this.named(`${name}-pool`),
      { apiVersion: "karpenter.sh/v1", kind: "NodePool", metadata: { name }, spec: nodePool },
      this.own({ dependsOn: ofNode }),
    );
  }
}

function controllerChart(replicas: number): Chart {
  return {
    ...charts.karpenter,
    workloads: [{ kind: "Deployment", name: "karpenter", replicas, images: ["controller"], resources }],
    services: [{ name: "karpenter", type: "ClusterIP", ports: [8080] }],
    apiGroups: [],
  };
}
