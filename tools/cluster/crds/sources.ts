import type { PinnedModule } from "../../parts/go.ts";

/** A system's definitions of its kinds, as files of its Go module. */
export interface CrdSource extends PinnedModule {
  readonly system: string;
  /** A file, or a folder whose YAML files are all read. */
  readonly path: string;
  /** Why it isn't the version that the stacks install. */
  readonly otherVersion?: string;
}

/** Where each system's definitions lie. A system whose module isn't served in the installed version says so. */
export const crdSources: readonly CrdSource[] = [
  {
    system: "Gateway API",
    module: "sigs.k8s.io/gateway-api",
    version: "v1.6.1",
    sum: "h1:mock6phZbI6rvZerwrVNk7hVNymQgHo+6sJ81Ia7ftY=",
    path: "config/crd/standard",
  },
  {
    system: "cert-manager",
    module: "github.com/cert-manager/cert-manager",
    version: "v1.21.2",
    sum: "h1:UWgoYM+KLNtRlqmoWOKjKBOBUPVHeepQ6/ac3ERJW68=",
    path: "deploy/crds",
  },
  {
    system: "KEDA",
    module: "github.com/kedacore/keda/v2",
    version: "v2.18.1",
    sum: "h1:h6bRt/IOxxtZpJlHSqhdH/lcInH7Z9obxg/JvWOmGAw=",
    path: "config/crd/bases",
  },
  {
    system: "Karpenter",
    module: "github.com/aws/karpenter-provider-aws",
    version: "v1.14.1",
    sum: "h1:WGtIQTQcxpElYMdWfWuPwaF2+9muR+hYhPZsTtoY8Gs=",
    path: "pkg/apis/crds",
  },
  {
    system: "AWS Load Balancer Controller",
    module: "sigs.k8s.io/aws-load-balancer-controller",
    version: "v0.0.0-20221203001353-edeb4f1c1312",
    sum: "h1:iqmp1UXslxq7MuJDW/7arHBniplzp2MbItx0PXP7r/8=",
    path: "config/crd/bases",
    otherVersion: "v2.14.1 is no module; this is 2.4.5, whose kinds are v1beta1 too",
  },
  {
    system: "CloudNativePG",
    module: "github.com/cloudnative-pg/cloudnative-pg",
    version: "v1.30.0",
    sum: "h1:fnhVq44xXx97MNiuvJsPrX1vSjYbgdyBK5MSGfdHdp0=",
    path: "config/crd/bases",
  },
  {
    system: "Barman Cloud plugin",
    module: "github.com/cloudnative-pg/plugin-barman-cloud",
    version: "v0.13.0",
    sum: "h1:dcEVsozSmdx5p2LbG1hbkWBvr6LXs1xpCsQiJWpo/ew=",
    path: "config/crd/bases",
  },
  {
    system: "Vault Secrets Operator",
    module: "github.com/hashicorp/vault-secrets-operator",
    version: "v0.10.0",
    sum: "h1:BjOTBJRqx1SLo7NeyqNJWRPDyfRscbqPtGU1U2LzArg=",
    path: "config/crd/bases",
    otherVersion: "v1.4.1 is not served as a module; its kinds are v1beta1 too",
  },
  {
    system: "Istio",
    module: "istio.io/api",
    version: "v1.30.2",
    sum: "h1:xWno52OskZ51HBBOaQdLQ7GWXoooYVWGKEd9KY+dzVM=",
    path: "kubernetes/customresourcedefinitions.gen.yaml",
  },
  {
    system: "Kong Ingress Controller",
    module: "github.com/kong/kubernetes-configuration",
    version: "v1.4.0",
    sum: "h1:4uzZ23mXt4zg+PyQLwNBLY/xj5HaqzlEwwf8EfvK36M=",
    path: "config/crd/ingress-controller",
    otherVersion: "the newest that is served as a module, of controller 3.4; its plugins' kinds are v1 too",
  },
  {
    system: "Prometheus Operator",
    module: "github.com/prometheus-operator/prometheus-operator",
    version: "v0.93.0",
    sum: "h1:AohlYJT+En8TmNpAcEUJ3GsaJTAqfEBwHmGTVpRm/Io=",
    path: "example/prometheus-operator-crd",
  },
];
