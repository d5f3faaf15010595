import { beforeAll, describe, expect, it } from "vitest";
import { planOf, stackOf } from "../support/plan.ts";
import type { Registration } from "../support/pulumi-mocks.ts";

/** What was required of the platform, and what prod's plan has for it: types and names of resources, in each region. */
const inEachRegion: Readonly<Record<string, readonly (readonly [type: string, name: string])[]>> = {
  "R10 tracing": [
    ["kubernetes:apps/v1:Deployment", "tracing-collector"],
    ["kubernetes:apps/v1:StatefulSet", "tracing-jaeger"],
  ],
  "R11 autoscaling": [
    ["kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "router-current-autoscaler"],
    ["kubernetes:helm.sh/v3:Release", "platform-metrics-server-chart-release"],
    ["kubernetes:helm.sh/v3:Release", "metrics-adapter-chart-release"],
  ],
  "R13 erasure: keys that can be deleted": [
    ["vault:index/mount:Mount", "vault-configuration-engine-transit"],
    ["aws:kms/key:Key", "vault-unseal-key"],
  ],
  "R14 mTLS": [
    ["kubernetes:cert-manager.io/v1:ClusterIssuer", "platform-cert-manager-issuer"],
    ["kubernetes:cert-manager.io/v1:Certificate", "router-certificate"],
    ["kubernetes:cert-manager.io/v1:Certificate", "data-rw-pooler-certificate"],
    ["kubernetes:security.istio.io/v1:PeerAuthentication", "mesh-strict"],
  ],
  "R19 regions": [
    ["aws:ec2/vpc:Vpc", "network-vpc"],
    ["aws:eks/cluster:Cluster", "cluster-control-plane"],
    ["cloudflare:index/loadBalancerPool:LoadBalancerPool", "pool"],
  ],
  "R21 GPUs": [
    ["kubernetes:karpenter.sh/v1:NodePool", "karpenter-inference-pool"],
    ["kubernetes:helm.sh/v3:Release", "platform-device-plugin-chart-release"],
    ["kubernetes:apps/v1:Deployment", "triton-deployment"],
    ["kubernetes:core/v1:ConfigMap", "triton-models"],
    ["kubernetes:keda.sh/v1alpha1:ScaledObject", "triton-scaler"],
  ],
  "R22 cost: what the routers tell and the ledger keeps": [
    ["kubernetes:monitoring.coreos.com/v1:PrometheusRule", "prometheus-rules"],
    ["aws:rds/instance:Instance", "data-postgres-primary"],
  ],
  "R23 gateway": [
    ["kubernetes:gateway.networking.k8s.io/v1:Gateway", "gateway-gateway"],
    ["kubernetes:configuration.konghq.com/v1:KongPlugin", "gateway-router-rate-limit"],
    ["kubernetes:configuration.konghq.com/v1:KongPlugin", "gateway-router-transform"],
    ["kubernetes:configuration.konghq.com/v1:KongClusterPlugin", "gateway-prometheus"],
  ],
  "R24 secrets": [
    ["kubernetes:apps/v1:StatefulSet", "vault-servers"],
    ["vault:index/audit:Audit", "vault-configuration-audit-file"],
    ["vault:index/policy:Policy", "vault-configuration-policy-hybrid-llm-rotation"],
    ["kubernetes:secrets.hashicorp.com/v1beta1:VaultStaticSecret", "router-secrets-router-keys-openai"],
  ],
  "R25 blue-green": [["kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", "router-route"]],
  "R26 mesh": [
    ["kubernetes:helm.sh/v3:Release", "mesh-istiod-release"],
    ["kubernetes:security.istio.io/v1:AuthorizationPolicy", "mesh-router-router-allow"],
    ["kubernetes:telemetry.istio.io/v1:Telemetry", "mesh-telemetry"],
  ],
  "R27 databases": [
    ["aws:rds/instance:Instance", "data-postgres-replica-0"],
    ["aws:elasticache/replicationGroup:ReplicationGroup", "data-redis-servers"],
    ["kubernetes:apps/v1:Deployment", "data-rw-pooler-deployment"],
    ["kubernetes:apps/v1:Deployment", "data-ro-pooler-deployment"],
  ],
  "R12 chaos, where namespaces are listed": [["kubernetes:chaos-mesh.org/v1alpha1:Schedule", "chaos-router-pod-kill"]],
};

/** R20's edge stands before all regions. */
const before: readonly (readonly [type: string, name: string])[] = [
  ["cloudflare:index/loadBalancer:LoadBalancer", "edge-balancer"],
  ["cloudflare:index/loadBalancerMonitor:LoadBalancerMonitor", "edge-monitor"],
  ["cloudflare:index/workersScript:WorkersScript", "edge-worker"],
  ["cloudflare:index/workersKvNamespace:WorkersKvNamespace", "edge-kept"],
  ["cloudflare:index/workersRoute:WorkersRoute", "edge-route"],
];

describe("prod with its Vault set up and its drills allowed", () => {
  const regions = ["us-east-1", "eu-west-1", "ap-northeast-1"];
  let found: Set<string>;
  beforeAll(async () => {
    const stack = stackOf("prod");
    if (stack.kind !== "cloud") throw new Error("not in a cloud");
    const vaultAddresses = Object.fromEntries(regions.map((region) => [region, `https://vault.${region}.example.com`]));
    const plan: readonly Registration[] = await planOf({
      ...stack,
      secrets: { ...stack.secrets, vaultReady: true, vaultAddresses },
      chaos: { ...stack.chaos, enabled: true, namespaces: ["router"] },
    });
    found = new Set(plan.map(({ type, name }) => `${type} ${name}`));
  });

  it.each(Object.entries(inEachRegion))("has %s", (_, resources) => {
    const wanted = regions.flatMap((region) =>
      resources.map(([type, name]) =>
        type.startsWith("cloudflare:") ? `${type} edge-${region}-${name}` : `${type} ${region}-${name}`,
      ),
    );
    expect(wanted.filter((resource) => !found.has(resource))).toEqual([]);
  });

  it("has R20 edge", () => {
    expect(before.map((resource) => resource.join(" ")).filter((resource) => !found.has(resource))).toEqual([]);
  });
});
