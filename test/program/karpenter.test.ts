import { describe, expect, it } from "vitest";
import { Karpenter, type KarpenterArgs } from "../../infra/karpenter/index.ts";
import { byName, cloudScope, computedOutputs, listed } from "../support/infra.ts";
import { registrationsOf } from "../support/pulumi-mocks.ts";

const pool = {
  name: "inference",
  accelerator: "l4",
  instanceFamilies: ["gr6", "g6"],
  maxGpus: 4,
  capacity: "on-demand",
} as const;
const args: KarpenterArgs = {
  clusterName: "main",
  general: { instanceFamilies: ["m7g"], maxCpus: 16 },
  gpuPools: [pool],
};
const karpenterOf = async (changes: Partial<KarpenterArgs> = {}, preview = false) =>
  registrationsOf(() => new Karpenter("k", cloudScope(), { ...args, ...changes }), {
    outputs: computedOutputs,
    preview,
  });

describe("Karpenter", () => {
  it("is a controller with its own identity, a queue of interruptions, and pools", async () => {
    const found = await karpenterOf();
    const events = ["health", "rebalance", "spot", "state"];
    expect(listed(found).toSorted()).toEqual(
      [
        "Karpenter k",
        "ChartRelease k-chart",
        "Release k-chart-release",
        "ChartRelease k-crds",
        "Release k-crds-release",
        "EC2NodeClass k-general-class",
        "NodePool k-general-pool",
        "PodRole k-identity",
        "PodIdentityAssociation k-identity-association",
        "RolePolicy k-identity-policy",
        "Role k-identity-role",
        "EC2NodeClass k-inference-class",
        "NodePool k-inference-pool",
        "Interruptions k-interruptions",
        "Queue k-interruptions-queue",
        "QueuePolicy k-interruptions-queue-policy",
        ...events.flatMap((event) => [
          `EventRule k-interruptions-${event}`,
          `EventTarget k-interruptions-${event}-target`,
        ]),
        "AccessEntry k-node-access",
        "RolePolicyAttachment k-node-policy-AmazonEC2ContainerRegistryPullOnly",
        "RolePolicyAttachment k-node-policy-AmazonEKSWorkerNodePolicy",
        "RolePolicyAttachment k-node-policy-AmazonSSMManagedInstanceCore",
        "InstanceProfile k-node-profile",
        "Role k-node-role",
      ].toSorted(),
    );
    expect(listed(await karpenterOf({}, true))).toEqual(listed(found));
    expect(byName(found).k?.inputs).toEqual({ region: "eu-west-1", maxCpus: 16, maxGpus: { inference: 4 } });
  });

  it("keeps a pool of accelerators to those that ask for one, and to its limit", async () => {
    const found = byName(await karpenterOf());
    expect(found["k-inference-pool"]?.inputs.spec).toEqual({
      template: {
        metadata: {
          labels: {
            "hybrid-llm.io/pool": "inference",
            "hybrid-llm.io/accelerator": "l4",
            "nvidia.com/gpu.present": "true",
          },
        },
        spec: {
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "inference" },
          taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }],
          requirements: [
            { key: "karpenter.k8s.aws/instance-family", operator: "In", values: ["g6", "gr6"] },
            { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
            { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
            { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
          ],
          expireAfter: "720h",
        },
      },
      limits: { "nvidia.com/gpu": 4 },
      disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "10m", budgets: [{ nodes: "1" }] },
    });
    expect(found["k-inference-class"]?.inputs.spec).toMatchObject({
      instanceProfile: "hybrid-llm-test-eu-west-1-karpenter-nodes",
      subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": "main" } }],
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [{ ebs: { encrypted: true } }],
    });
  });

  it("has a pool for all the rest, limited too, of its families' processor", async () => {
    const general = byName(await karpenterOf())["k-general-pool"]?.inputs.spec;
    expect(general).toMatchObject({ limits: { cpu: 16 } });
    expect(JSON.stringify(general)).toContain('{"key":"kubernetes.io/arch","operator":"In","values":["arm64"]}');
    expect(JSON.stringify(general)).not.toContain("taints");
  });

  it.each([
    ["spot", ["spot"]],
    ["reserved", ["on-demand", "reserved"]],
  ] as const)("pays for %s capacity as it's asked to", async (capacity, values) => {
    const found = byName(await karpenterOf({ gpuPools: [{ ...pool, capacity }] }));
    expect(JSON.stringify(found["k-inference-pool"]?.inputs.spec)).toContain(
      JSON.stringify({ key: "karpenter.sh/capacity-type", operator: "In", values }),
    );
  });

  it("ends only what it has started, and hands out only its nodes' role", async () => {
    const found = byName(await karpenterOf());
    const { Statement } = JSON.parse(String(found["k-identity-policy"]?.inputs.policy));
    const allowing = (action: string) =>
      Statement.filter(({ Action }: { Action: string[] }) => Action.includes(action));
    expect(allowing("ec2:TerminateInstances")).toEqual([
      {
        Effect: "Allow",
        Action: ["ec2:DeleteLaunchTemplate", "ec2:TerminateInstances"],
        Resource: ["arn:aws:ec2:eu-west-1:*:instance/*", "arn:aws:ec2:eu-west-1:*:launch-template/*"],
        Condition: {
          StringEquals: { "aws:ResourceTag/kubernetes.io/cluster/main": "owned" },
          StringLike: { "aws:ResourceTag/karpenter.sh/nodepool": "*" },
        },
      },
    ]);
    expect(allowing("iam:PassRole")[0]).toMatchObject({
      Resource: ["arn:aws:test:::k-node-role"],
      Condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
    });
    expect(allowing("sqs:ReceiveMessage")[0].Resource).toEqual(["arn:aws:test:::k-interruptions-queue"]);
    const wide = Statement.filter(({ Resource }: { Resource: string[] }) => Resource.includes("*"));
    for (const { Action } of wide) {
      expect(Action.filter((action: string) => !/:(?:Describe|Get|List)/.test(action))).toEqual([]);
    }
    const queue = JSON.parse(String(found["k-interruptions-queue-policy"]?.inputs.policy));
    expect(queue.Statement[1]).toMatchObject({
      Effect: "Deny",
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
  });

  it("has policies that IAM takes whole", async () => {
    // Inline policies of a role: at most 10,240 characters, white space not counted.
    const found = byName(await karpenterOf());
    expect(String(found["k-identity-policy"]?.inputs.policy).replace(/\s/g, "").length).toBeLessThan(10_240);
  });
});
