/**
 * AWS services that a region without a NAT gateway reaches through endpoints of its own: what nodes need to join and to
 * pull images, what Karpenter, the load-balancer controller and the volumes' driver call, and what the platform's data
 * lies in. The part after `com.amazonaws.<region>.`.
 */
export const interfaceServices = [
  "autoscaling",
  "ec2",
  "ecr.api",
  "ecr.dkr",
  "eks",
  "eks-auth",
  "elasticloadbalancing",
  "kms",
  "logs",
  "secretsmanager",
  "sqs",
  "ssm",
  "sts",
] as const;

/** Free of charge, and the way of every image layer: there in any case. */
export const gatewayServices = ["s3"] as const;
