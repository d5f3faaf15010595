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
  gpuOperator: {
    name: "gpu-operator",
    repository: "https://helm.ngc.nvidia.com/nvidia",
    version: "v26.7.1",
    images: {
      // One source for NVIDIA's two: its bundle of this version for another platform, which names the same images.
      operator: {
        repository: "nvcr.io/nvidia/gpu-operator",
        tag: "v26.7.1",
        digest: "sha256:b844f9c033e748b8f9925f791f426a531ee8a855f04d4ccea365378634bcefe5",
      },
      plugin: {
        repository: "nvcr.io/nvidia/k8s-device-plugin",
        tag: "v0.20.1",
        digest: "sha256:27c1b2553a690ca3d29889dcd61df97525d46f58272c0be8dc63c2b18f120075",
      },
      // One source. The version is that of the chart of v26.7.0: that of v26.7.1 could not be read.
      discovery: {
        repository: "registry.k8s.io/nfd/node-feature-discovery",
        tag: "v0.19.0",
        digest: "sha256:aa5be8691e4d5876d8a774063b37e1430c75e09468ba98d8bd07f6deec1f1756",
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

const istio = (part: string, digest: ImageVersion["digest"]): ImageVersion => ({
  repository: `docker.io/istio/${part}`,
  tag: "1.30.2",
  digest,
});
const istioChart = { repository: "https://istio-release.storage.googleapis.com/charts", version: "1.30.2" } as const;

// One source for Chaos Mesh: a public lock of its chart's images.
const chaosMesh = (part: string, digest: ImageVersion["digest"]): ImageVersion => ({
  repository: `ghcr.io/chaos-mesh/${part}`,
  tag: "v2.8.2",
  digest,
});

/** What requests pass, and what watches them. */
export const trafficCharts = {
  kong: {
    name: "ingress",
    repository: "https://charts.konghq.com",
    version: "0.24.0",
    images: {
      gateway: {
        repository: "docker.io/library/kong",
        tag: "3.9.3",
        digest: "sha256:ca71c5591eabaf18de96d26b7eed5e2fdb590dac141e467a779c38017e5bdf81",
      },
    },
  },
  istioBase: { ...istioChart, name: "base", images: {} },
  istiod: {
    ...istioChart,
    name: "istiod",
    images: { pilot: istio("pilot", "sha256:d158739d5286f7899bc039589d248720c2a9b6622d54eeb7a3fdfbb65200c22c") },
  },
  istioCni: {
    ...istioChart,
    name: "cni",
    images: { cni: istio("install-cni", "sha256:b2eb80818fc345e3e9033f424ec7757cbf1a9d9a6494fea79648dab4887f2f7f") },
  },
  ztunnel: {
    ...istioChart,
    name: "ztunnel",
    images: { ztunnel: istio("ztunnel", "sha256:64d7c4ea9621fdad66160744dcf76999995fcc0ac399d04aba76d6d0aae72242") },
  },
  chaosMesh: {
    name: "chaos-mesh",
    repository: "https://charts.chaos-mesh.org",
    version: "2.8.2",
    images: {
      controller: chaosMesh("chaos-mesh", "sha256:3d6127f3881d5b2f64ff9b536423d715f4e1fe0bb68976f41402690880427829"),
      daemon: chaosMesh("chaos-daemon", "sha256:6e36a3cd02b73d0ce18a5d258dc961dfc2f77d30210e939d5970c66948520aa0"),
    },
  },
  prometheus: {
    name: "kube-prometheus-stack",
    repository: "https://prometheus-community.github.io/helm-charts",
    version: "88.3.0",
    images: {
      operator: {
        repository: "quay.io/prometheus-operator/prometheus-operator",
        tag: "v0.93.0",
        digest: "sha256:a001ed10a3823bbf2410ea347796d0e35ff8decd24fb98acbe7ab9e98d431c39",
      },
      reloader: {
        repository: "quay.io/prometheus-operator/prometheus-config-reloader",
        tag: "v0.93.0",
        digest: "sha256:0ccb22ca9f3f6fd9f76ce95585d18bd2e363d421c534dde710be4bd13caa551d",
      },
      prometheus: {
        repository: "quay.io/prometheus/prometheus",
        tag: "v3.13.2-distroless",
        digest: "sha256:64f71bb84e03c855948418b0fc5dea53e9543d8e3fc9931598f583805507f05e",
      },
      alertmanager: {
        repository: "quay.io/prometheus/alertmanager",
        tag: "v0.33.1",
        digest: "sha256:9e082985f56f4c8c9f724e18f2288c6708f472e56a5286b8863d080434ea065d",
      },
      grafana: {
        repository: "docker.io/grafana/grafana",
        tag: "13.1.1",
        digest: "sha256:7cb8c64c4d57a57e734073f3cc94620adb24a0acb929bd80ba9f14017e3a975b",
      },
      sidecar: {
        repository: "quay.io/kiwigrid/k8s-sidecar",
        tag: "2.10.0",
        digest: "sha256:21b9fe7bb29d65caf2445ccbf96ff6eda5e589a92bd8f5188f957fe75b551d72",
      },
    },
  },
} as const satisfies Readonly<Record<string, ChartVersion>>;

/** Images that run without a chart. */
export const images = {
  collector: {
    repository: "docker.io/otel/opentelemetry-collector-contrib",
    tag: "0.161.0",
    digest: "sha256:fd328de2552466ad78385e1b1289c3f2402b1c45f265b252aab1955b42845ac1",
  },
  jaeger: {
    repository: "docker.io/jaegertracing/jaeger",
    tag: "2.21.0",
    digest: "sha256:3d0ac795ff98aa04d1be04311d2dac6c25b4bfc8322dc02e53bc5b170c5018c3",
  },
} as const satisfies Readonly<Record<string, ImageVersion>>;

/** What the router's image is made on: glibc and libstdc++, which Node needs, certificates, and no shell. */
export const routerBase: ImageVersion = {
  repository: "gcr.io/distroless/cc-debian12",
  tag: "nonroot",
  digest: "sha256:9dac0a79194e45a7da0158a9c6da57b217585af0786db3845d1f0ec1a0dd182f",
};
