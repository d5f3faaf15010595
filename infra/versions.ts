/*
 * Versions of everything that isn't ours, in one place. Digests are those of multi-architecture indexes, read in public
 * repositories that pin these images (two or more agree, except where a line says "one source"); no registry was asked.
 */

/** When these were looked up. */
export const versionsDate = "2026-11-29";

/** EKS add-ons by the cluster's Kubernetes version, as clusters of that version pin them. */
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

/** An image by repository, tag (for people) and digest (what is pulled). */
export interface ImageVersion {
  readonly repository: string;
  readonly tag: string;
  readonly digest: `sha256:${string}`;
}

/** A chart and what it runs. */
export interface ChartVersion {
  readonly name: string;
  readonly repository: string;
  readonly version: string;
  readonly images: Readonly<Record<string, ImageVersion>>;
}

const certManager = (part: string, digest: ImageVersion["digest"]): ImageVersion => ({
  repository: `quay.io/jetstack/cert-manager-${part}`,
  tag: "v1.21.2",
  digest,
});

export const charts = {
  certManager: {
    name: "cert-manager",
    repository: "https://charts.jetstack.io",
    version: "v1.21.2",
    images: {
      controller: certManager("controller", "sha256:70f532fd9cfde0b09d55687200942399d89838bc2d5d5b45152eb799a15912b8"),
      webhook: certManager("webhook", "sha256:a60e2dac46dbb8a7f3df95c54ce941012f54c2fe022f0ee55aaa1ab40ed957ae"),
      cainjector: certManager("cainjector", "sha256:c85268c64f2e0e76684bf5fe8906caff34b82523561c6affe0fae3546bd87562"),
      acmesolver: certManager("acmesolver", "sha256:699b40d622211ab7accad8a21b04c5fbaa1841ef7a12621e8de492dbe27b2503"),
      startupapicheck: certManager(
        "startupapicheck",
        "sha256:46e75b6866359ffb5d82624f41e3ed1c70b2994982702ced547ce5edb418a8f5",
      ),
    },
  },
  metricsServer: {
    name: "metrics-server",
    repository: "https://kubernetes-sigs.github.io/metrics-server",
    version: "3.13.0",
    images: {
      server: {
        repository: "registry.k8s.io/metrics-server/metrics-server",
        tag: "v0.8.1",
        digest: "sha256:b2d2efaf5ac3b366ed0f839d2412a2c4279d4fc2a2a733f12c52133faed36c41",
      },
    },
  },
  devicePlugin: {
    name: "nvidia-device-plugin",
    repository: "https://nvidia.github.io/k8s-device-plugin",
    version: "0.19.3",
    images: {
      plugin: {
        repository: "nvcr.io/nvidia/k8s-device-plugin",
        tag: "v0.19.3",
        digest: "sha256:25cc340fe6fd53c101e16fc452f503e7a92c219c64a80ed5381784b522dbbf77",
      },
    },
  },
  loadBalancerController: {
    name: "aws-load-balancer-controller",
    repository: "https://aws.github.io/eks-charts",
    version: "1.14.1",
    images: {
      controller: {
        repository: "public.ecr.aws/eks/aws-load-balancer-controller",
        tag: "v2.14.1",
        // One source: the image id of a running pod, of 2026-09.
        digest: "sha256:13abee6e31c2f25ee91f9ae91aabe4f5bcaf6a70eccd372b36835786d2e0813e",
      },
    },
  },
  karpenter: {
    name: "karpenter",
    repository: "oci://public.ecr.aws/karpenter",
    version: "1.14.1",
    images: {
      controller: {
        repository: "public.ecr.aws/karpenter/controller",
        tag: "1.14.1",
        digest: "sha256:445baefaaa689029cc12ac1f659b916b0b82fb14308ce536f8521fcf079116fa",
      },
    },
  },
  karpenterCrds: {
    name: "karpenter-crd",
    repository: "oci://public.ecr.aws/karpenter",
    version: "1.14.1",
    images: {},
  },
  gatewayCrds: {
    name: "gateway-crds-helm",
    repository: "oci://docker.io/envoyproxy",
    version: "v1.9.1",
    images: {},
  },
} as const satisfies Readonly<Record<string, ChartVersion>>;
