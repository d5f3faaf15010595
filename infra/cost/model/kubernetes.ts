import { exactly, type Range, scaled } from "../range.ts";
import type { Reader } from "../reader.ts";
import { nodePool } from "./node-pool.ts";
import { all, capacityUnit, free, type Part, type Rule, type Rules } from "./rule.ts";
import { checkStorageClass, gibibytes } from "./volumes.ts";

/** Objects that make the cloud start something, in a cluster whose nodes are rented. */
export const kubernetesRules: Rules = {
  "kubernetes:karpenter.sh/v1:NodePool": { parts: nodePool },
  "kubernetes:core/v1:PersistentVolumeClaim": { parts: (inputs) => claim(inputs.object("spec"), exactly(1)) },
  "kubernetes:apps/v1:StatefulSet": {
    parts(inputs) {
      const spec = inputs.object("spec");
      const templates = spec.objects("volumeClaimTemplates");
      if (templates.length === 0) return [];
      const replicas = exactly(spec.number("replicas", 1));
      return templates.flatMap((template) => claim(template.object("spec"), replicas));
    },
  },
  "kubernetes:postgresql.cnpg.io/v1:Cluster": {
    parts(inputs) {
      const spec = inputs.object("spec");
      const instances = spec.number("instances");
      const wal = spec.optional("walStorage");
      const size = gibibytes(spec.object("storage"), "size") + (wal ? gibibytes(wal, "size") : 0);
      return [volume("PostgreSQL's volumes", exactly(instances * size))];
    },
  },
  "kubernetes:core/v1:Service": balancer(
    "nlb",
    "a service",
    (inputs) => inputs.object("spec").string("type", "ClusterIP") === "LoadBalancer",
  ),
  "kubernetes:networking.k8s.io/v1:Ingress": balancer(
    "alb",
    "an ingress",
    (inputs) => inputs.object("spec").string("ingressClassName") === "alb",
  ),
  "kubernetes:gateway.networking.k8s.io/v1:Gateway": balancer("nlb", "a gateway", startsGateway),
  // What a chart brings is declared beside it and priced from there: see the manifest.
  ...all(
    ["kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart"],
    free("its volumes and balancers are declared in a manifest"),
  ),
};

/** Kinds that run on nodes that are priced, or configure something; by group and version. */
const freeKinds: Readonly<Record<string, readonly string[]>> = {
  "core/v1": [
    "ConfigMap",
    "ConfigMapPatch",
    "LimitRange",
    "Namespace",
    "NamespacePatch",
    "Pod",
    "ResourceQuota",
    "Secret",
    "ServiceAccount",
  ],
  "apps/v1": ["DaemonSet", "Deployment"],
  "batch/v1": ["CronJob", "Job"],
  "autoscaling/v2": ["HorizontalPodAutoscaler"],
  "policy/v1": ["PodDisruptionBudget"],
  "networking.k8s.io/v1": ["IngressClass", "NetworkPolicy"],
  "node.k8s.io/v1": ["RuntimeClass"],
  "scheduling.k8s.io/v1": ["PriorityClass"],
  "storage.k8s.io/v1": ["StorageClass", "VolumeAttributesClass"],
  "rbac.authorization.k8s.io/v1": ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
  "admissionregistration.k8s.io/v1": [
    "MutatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
  ],
  "apiextensions.k8s.io/v1": ["CustomResourceDefinition"],
  "apiregistration.k8s.io/v1": ["APIService"],
  "barmancloud.cnpg.io/v1": ["ObjectStore"],
  "elbv2.k8s.aws/v1beta1": ["TargetGroupBinding"],
  "karpenter.k8s.aws/v1": ["EC2NodeClass"],
  "cert-manager.io/v1": ["Certificate", "ClusterIssuer", "Issuer"],
  "postgresql.cnpg.io/v1": ["Pooler", "ScheduledBackup"],
  "keda.sh/v1alpha1": ["ScaledObject", "TriggerAuthentication"],
  "chaos-mesh.org/v1alpha1": ["NetworkChaos", "PodChaos", "Schedule"],
  "gateway.networking.k8s.io/v1": ["GatewayClass", "GRPCRoute", "HTTPRoute"],
  "gateway.networking.k8s.io/v1beta1": ["ReferenceGrant"],
  "security.istio.io/v1": ["AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"],
  "networking.istio.io/v1": ["DestinationRule", "ServiceEntry", "Sidecar", "VirtualService"],
  "telemetry.istio.io/v1": ["Telemetry"],
  "configuration.konghq.com/v1": ["KongClusterPlugin", "KongConsumer", "KongPlugin"],
  "monitoring.coreos.com/v1": ["PodMonitor", "Prometheus", "PrometheusRule", "ServiceMonitor"],
  "secrets.hashicorp.com/v1beta1": ["VaultAuth", "VaultConnection", "VaultDynamicSecret", "VaultStaticSecret"],
};

export const freeKubernetesRules: Rules = Object.fromEntries(
  Object.entries(freeKinds).flatMap(([version, kinds]) =>
    kinds.map((kind) => [`kubernetes:${version}:${kind}`, free("runs on nodes that are priced, or only configures")]),
  ),
);

/** A claim of a volume. */
function claim(spec: Reader, count: Range): Part[] {
  checkStorageClass(spec, "storageClassName");
  const size = gibibytes(spec.object("resources").object("requests"), "storage");
  return [volume("claimed volume", scaled(count, size))];
}

const volume = (what: string, gib: Range): Part => ({ what: `${what}, gp3`, price: "ebs.gp3.storage", quantity: gib });

/** An object that may start a balancer to the internet. */
function balancer(kind: "alb" | "nlb", of: string, starts: (inputs: Reader) => boolean): Rule {
  const what = `${kind.toUpperCase()} of ${of}`;
  return {
    parts: (inputs) => (starts(inputs) ? [{ what, price: `${kind}.hour`, quantity: exactly(1) }] : []),
    usage: (inputs) => (starts(inputs) ? [[capacityUnit[kind]], ["ipv4.public"]] : []),
  };
}

/** Istio starts a balancer for each Gateway, unless it is told otherwise; Kong has one of its own, in its chart. */
function startsGateway(inputs: Reader): boolean {
  const className = inputs.object("spec").string("gatewayClassName");
  if (className === "kong") return false;
  const annotations = inputs.optional("metadata")?.optional("annotations");
  return annotations?.string("networking.istio.io/service-type", "LoadBalancer") !== "ClusterIP";
}
