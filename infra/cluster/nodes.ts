import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { trusting } from "../iam/index.ts";
import { type AwsScope, costIn, RegionComponent } from "../region/index.ts";

/** What the nodes of a managed group are. */
export interface SystemNodesArgs {
  readonly cluster: aws.eks.Cluster;
  /** The cluster's physical name. */
  readonly clusterName: string;
  readonly kubernetesVersion: string;
  readonly subnetIds: readonly pulumi.Input<string>[];
  /** Such as m7g.large; its processor decides the image. */
  readonly instanceType: string;
  readonly min: number;
  readonly max: number;
  readonly diskGiB: number;
}

/** What every node may do: join, pull images, and be reached without SSH. Pods have roles of their own. */
export const nodePolicies = [
  "AmazonEKSWorkerNodePolicy",
  "AmazonEC2ContainerRegistryPullOnly",
  "AmazonSSMManagedInstanceCore",
] as const;

const typeToken = "hybrid-llm:cluster:SystemNodes";

/**
 * A small managed group for what must run before Karpenter does. Disks are encrypted, and no pod reaches the instance's
 * metadata: a token is needed, and it travels one hop.
 *
 * Cost: `min` instances by the hour at least, `max` at most, and their disks by the GiB-month.
 */
export class SystemNodes extends RegionComponent<AwsScope> {
  readonly group: aws.eks.NodeGroup;

  constructor(name: string, scope: AwsScope, args: SystemNodesArgs, opts?: pulumi.ComponentResourceOptions) {
    const { cluster, clusterName, kubernetesVersion, subnetIds, instanceType, min, max, diskGiB } = args;
    const cost = costIn(scope, {
      lines: {
        [`ec2.${instanceType}`]: { min, expected: min, max },
        "ebs.gp3.storage": { min: min * diskGiB, expected: min * diskGiB, max: max * diskGiB },
      },
    });
    super(typeToken, name, scope, { instanceType, min, max, diskGiB, ...cost }, opts);
    const role = new aws.iam.Role(
      this.named("role"),
      { name: scope.physical("system-nodes"), assumeRolePolicy: trusting("ec2.amazonaws.com") },
      this.own(),
    );
    const policies = nodePolicies.map(
      (policy) =>
        new aws.iam.RolePolicyAttachment(
          this.named(`policy-${policy}`),
          { role: role.name, policyArn: `arn:aws:iam::aws:policy/${policy}` },
          this.own(),
        ),
    );
    const template = new aws.ec2.LaunchTemplate(
      this.named("template"),
      {
        name: scope.physical("system-nodes"),
        updateDefaultVersion: true,
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        blockDeviceMappings: [
          {
            deviceName: "/dev/xvda",
            ebs: { volumeType: "gp3", volumeSize: diskGiB, encrypted: "true", deleteOnTermination: "true" },
          },
        ],
        tagSpecifications: [{ resourceType: "instance", tags: { Name: scope.physical("system") } }],
      },
      this.own(),
    );
    this.group = new aws.eks.NodeGroup(
      this.named("group"),
      {
        clusterName: cluster.name,
        nodeGroupName: `${clusterName}-system`,
        version: kubernetesVersion,
        nodeRoleArn: role.arn,
        subnetIds: [...subnetIds],
        instanceTypes: [instanceType],
        amiType: amiTypeOf(instanceType),
        scalingConfig: { minSize: min, desiredSize: min, maxSize: max },
        updateConfig: { maxUnavailable: 1 },
        launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
        labels: { "hybrid-llm.io/pool": "system" },
      },
      this.own({ dependsOn: policies, ignoreChanges: ["scalingConfig.desiredSize"] }),
    );
    this.registerOutputs({ nodeGroupName: this.group.nodeGroupName });
  }
}

/** Whether an instance type has an Arm processor: a `g` after the generation (m7g, c7gn), or the first of them, a1. */
export function isArm(instanceType: string): boolean {
  return /^(?:a1|[a-z]+\d+g[a-z]*)\./.test(instanceType);
}

/** Amazon Linux 2023 for an instance type's processor. */
export function amiTypeOf(instanceType: string): string {
  return isArm(instanceType) ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD";
}
