import { allow, allowReading, type Conditions, type Statement } from "../iam/index.ts";

/** What the controller's policy names. */
export interface KarpenterPolicyArgs {
  readonly clusterName: string;
  readonly region: string;
  readonly queueArn: string;
  readonly nodeRoleArn: string;
  readonly instanceProfileArn: string;
}

/**
 * What Karpenter's controller may do: start instances for this cluster from this region's images, and end those that it
 * has started. After the policy of Karpenter's own documentation, less everything about making instance profiles: ours
 * is made here.
 */
export function karpenterPolicy(args: KarpenterPolicyArgs): Statement[] {
  const { clusterName, region, queueArn, nodeRoleArn, instanceProfileArn } = args;
  const ec2 = (...what: string[]) => what.map((type) => `arn:aws:ec2:${region}:*:${type}/*`);
  const ofAws = (...what: string[]) => what.map((type) => `arn:aws:ec2:${region}::${type}/*`);
  const started = ["fleet", "instance", "launch-template", "network-interface", "spot-instances-request", "volume"];
  const clusterTag = `kubernetes.io/cluster/${clusterName}`;
  const anyPool = (kind: "Request" | "Resource") => ({ [`aws:${kind}Tag/karpenter.sh/nodepool`]: "*" });
  const requestTags = {
    [`aws:RequestTag/${clusterTag}`]: "owned",
    "aws:RequestTag/eks:eks-cluster-name": clusterName,
  };
  const requested: Conditions = { StringEquals: requestTags, StringLike: anyPool("Request") };
  const owned: Conditions = {
    StringEquals: { [`aws:ResourceTag/${clusterTag}`]: "owned" },
    StringLike: anyPool("Resource"),
  };
  const here: Conditions = { StringEquals: { "aws:RequestedRegion": region } };
  return [
    allow(
      ["ec2:CreateFleet", "ec2:RunInstances"],
      [...ofAws("image", "snapshot"), ...ec2("capacity-reservation", "security-group", "subnet")],
    ),
    allow(["ec2:CreateFleet", "ec2:RunInstances"], ec2("launch-template"), owned),
    allow(["ec2:CreateFleet", "ec2:CreateLaunchTemplate", "ec2:RunInstances"], ec2(...started), requested),
    allow(["ec2:CreateTags"], ec2(...started), {
      ...requested,
      StringEquals: { ...requestTags, "ec2:CreateAction": ["CreateFleet", "CreateLaunchTemplate", "RunInstances"] },
    }),
    allow(["ec2:CreateTags"], ec2("instance"), {
      ...owned,
      StringEqualsIfExists: { "aws:RequestTag/eks:eks-cluster-name": clusterName },
      "ForAllValues:StringEquals": { "aws:TagKeys": ["Name", "eks:eks-cluster-name", "karpenter.sh/nodeclaim"] },
    }),
    allow(["ec2:DeleteLaunchTemplate", "ec2:TerminateInstances"], ec2("instance", "launch-template"), owned),
    allowReading(
      [
        "ec2:DescribeCapacityReservations",
        "ec2:DescribeImages",
        "ec2:DescribeInstanceStatus",
        "ec2:DescribeInstanceTypeOfferings",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeInstances",
        "ec2:DescribeLaunchTemplates",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSpotPriceHistory",
        "ec2:DescribeSubnets",
      ],
      here,
    ),
    allow(["ssm:GetParameter"], [`arn:aws:ssm:${region}::parameter/aws/service/*`]),
    allowReading(["pricing:GetProducts"]),
    allow(["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"], [queueArn]),
    allow(["iam:PassRole"], [nodeRoleArn], { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } }),
    allow(["iam:GetInstanceProfile"], [instanceProfileArn]),
    allowReading(["iam:ListInstanceProfiles"]),
    allow(["eks:DescribeCluster"], [`arn:aws:eks:${region}:*:cluster/${clusterName}`]),
  ];
}
