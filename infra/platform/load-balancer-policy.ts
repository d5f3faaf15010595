import { allow, allowReading, type Conditions, type Statement } from "../iam/index.ts";

/** Every resource that the controller makes has the cluster's name in this tag, by which it may change it again. */
const ownerTag = "elbv2.k8s.aws/cluster";

/**
 * What the load-balancer controller may do: read, and make and change what belongs to this cluster. After its own
 * documentation's policy for v2.14, less WAF, Shield and Cognito (switched off in its values), and with the cluster's
 * name wherever that policy asks only for the tag.
 */
export function loadBalancerPolicy(clusterName: string, region: string): Statement[] {
  const ec2 = (what: string) => `arn:aws:ec2:${region}:*:${what}/*`;
  const elb = (what: string) => `arn:aws:elasticloadbalancing:${region}:*:${what}`;
  const loadBalancers = [elb("loadbalancer/net/*/*"), elb("loadbalancer/app/*/*"), elb("targetgroup/*/*")];
  const listeners = [elb("listener/net/*/*/*"), elb("listener/app/*/*/*")];
  const rules = [elb("listener-rule/net/*/*/*"), elb("listener-rule/app/*/*/*")];
  const owned: Conditions = { StringEquals: { [`aws:ResourceTag/${ownerTag}`]: clusterName } };
  const requested: Conditions = { StringEquals: { [`aws:RequestTag/${ownerTag}`]: clusterName } };
  return [
    allow(
      ["iam:CreateServiceLinkedRole"],
      ["arn:aws:iam::*:role/aws-service-role/elasticloadbalancing.amazonaws.com/*"],
      {
        StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" },
      },
    ),
    allowReading([
      "acm:DescribeCertificate",
      "acm:ListCertificates",
      "ec2:DescribeAccountAttributes",
      "ec2:DescribeAddresses",
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeCoipPools",
      "ec2:DescribeInstances",
      "ec2:DescribeInternetGateways",
      "ec2:DescribeIpamPools",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeRouteTables",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeTags",
      "ec2:DescribeVpcPeeringConnections",
      "ec2:DescribeVpcs",
      "ec2:GetCoipPoolUsage",
      "ec2:GetSecurityGroupsForVpc",
      "elasticloadbalancing:DescribeCapacityReservation",
      "elasticloadbalancing:DescribeListenerAttributes",
      "elasticloadbalancing:DescribeListenerCertificates",
      "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeLoadBalancerAttributes",
      "elasticloadbalancing:DescribeLoadBalancers",
      "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeSSLPolicies",
      "elasticloadbalancing:DescribeTags",
      "elasticloadbalancing:DescribeTargetGroupAttributes",
      "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth",
      "elasticloadbalancing:DescribeTrustStores",
    ]),
    // Rules are also written in the cluster's own security group, which EKS made and tagged in its own way.
    allow(["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"], [ec2("security-group")], {
      StringEquals: { "aws:ResourceTag/aws:eks:cluster-name": clusterName },
    }),
    allow(
      ["ec2:AuthorizeSecurityGroupIngress", "ec2:DeleteSecurityGroup", "ec2:RevokeSecurityGroupIngress"],
      [ec2("security-group")],
      owned,
    ),
    // The group is to be made with the tag; the VPC in which it's made is asked for in the same call.
    allow(["ec2:CreateSecurityGroup"], [ec2("vpc")]),
    allow(["ec2:CreateSecurityGroup"], [ec2("security-group")], requested),
    allow(["ec2:CreateTags"], [ec2("security-group")], {
      StringEquals: { "ec2:CreateAction": "CreateSecurityGroup", [`aws:RequestTag/${ownerTag}`]: clusterName },
    }),
    allow(["ec2:CreateTags", "ec2:DeleteTags"], [ec2("security-group")], owned),
    allow(
      ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"],
      loadBalancers,
      requested,
    ),
    allow(
      ["elasticloadbalancing:CreateListener", "elasticloadbalancing:CreateRule"],
      [...loadBalancers, ...listeners],
      owned,
    ),
    allow(["elasticloadbalancing:AddTags"], [...loadBalancers, ...listeners, ...rules], {
      StringEquals: {
        "elasticloadbalancing:CreateAction": [
          "CreateListener",
          "CreateLoadBalancer",
          "CreateRule",
          "CreateTargetGroup",
        ],
        [`aws:RequestTag/${ownerTag}`]: clusterName,
      },
    }),
    allow(
      [
        "elasticloadbalancing:AddListenerCertificates",
        "elasticloadbalancing:AddTags",
        "elasticloadbalancing:DeleteListener",
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:DeleteRule",
        "elasticloadbalancing:DeleteTargetGroup",
        "elasticloadbalancing:DeregisterTargets",
        "elasticloadbalancing:ModifyCapacityReservation",
        "elasticloadbalancing:ModifyIpPools",
        "elasticloadbalancing:ModifyListener",
        "elasticloadbalancing:ModifyListenerAttributes",
        "elasticloadbalancing:ModifyLoadBalancerAttributes",
        "elasticloadbalancing:ModifyRule",
        "elasticloadbalancing:ModifyTargetGroup",
        "elasticloadbalancing:ModifyTargetGroupAttributes",
        "elasticloadbalancing:RegisterTargets",
        "elasticloadbalancing:RemoveListenerCertificates",
        "elasticloadbalancing:RemoveTags",
        "elasticloadbalancing:SetIpAddressType",
        "elasticloadbalancing:SetRulePriorities",
        "elasticloadbalancing:SetSecurityGroups",
        "elasticloadbalancing:SetSubnets",
      ],
      [...loadBalancers, ...listeners, ...rules],
      owned,
    ),
  ];
}
