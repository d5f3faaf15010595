import type { addonVersions } from "../versions.ts";

/** An add-on that EKS runs and updates. */
export interface AddonSpec {
  readonly name: keyof (typeof addonVersions)[string];
  /** Before the nodes: those can't become ready without it. The others need nodes to run on. */
  readonly beforeNodes: boolean;
  /** AWS's managed policy for it, and the service account that has it. */
  readonly identity?: { readonly serviceAccount: string; readonly policyArn: string };
  /** The add-on's own configuration. */
  readonly configuration?: Readonly<Record<string, unknown>>;
}

export const addons: readonly AddonSpec[] = [
  { name: "eks-pod-identity-agent", beforeNodes: true },
  { name: "kube-proxy", beforeNodes: true },
  {
    name: "vpc-cni",
    beforeNodes: true,
    identity: { serviceAccount: "aws-node", policyArn: "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy" },
    // Network policies are what keeps pods apart, and prefixes what lets a small node have many.
    configuration: { enableNetworkPolicy: "true", env: { ENABLE_PREFIX_DELEGATION: "true", WARM_PREFIX_TARGET: "1" } },
  },
  { name: "coredns", beforeNodes: false },
  {
    name: "aws-ebs-csi-driver",
    beforeNodes: false,
    identity: {
      serviceAccount: "ebs-csi-controller-sa",
      policyArn: "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy",
    },
  },
];
