/**
 * Versions of everything that isn't ours, in one place. Digests were read in public repositories that pin these images,
 * two of them or more where nothing else is said; no registry was asked.
 */
export const versionsDate = "2026-11-29";

/** EKS add-ons by the cluster's Kubernetes version. Source: what clusters of that version run, by their own pins. */
export const addonVersions: Readonly<Record<string, Readonly<Record<AddonName, string>>>> = {
  "1.34": {
    "aws-ebs-csi-driver": "v1.54.0-eksbuild.1",
    coredns: "v1.12.3-eksbuild.1",
    "eks-pod-identity-agent": "v1.3.10-eksbuild.2",
    "kube-proxy": "v1.34.0-eksbuild.2",
    "vpc-cni": "v1.20.4-eksbuild.2",
  },
};
export type AddonName = "aws-ebs-csi-driver" | "coredns" | "eks-pod-identity-agent" | "kube-proxy" | "vpc-cni";

/** Karpenter's nodes: Amazon Linux 2023 of one date, so that nodes don't change by themselves. */
export const nodeImage = "al2023@v20260903";
