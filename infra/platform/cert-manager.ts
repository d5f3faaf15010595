import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Chart, ChartRelease, imageParts, type Resources, requested } from "../charts/index.ts";
import { OperatorPolicies } from "../network-policy/index.ts";
import type { Intermediate } from "../pki/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { charts } from "../versions.ts";

/** What signs a cluster's certificates. */
export interface CertManagerArgs {
  /** The region's own authority. */
  readonly intermediate: Intermediate;
  /** The roots that are trusted, sent along with every certificate. */
  readonly trustBundlePem: pulumi.Input<string>;
  /** Whether the cluster has cert-manager already: then only the issuer is made. @default false */
  readonly present?: boolean;
}

/** The ClusterIssuer that every certificate of the platform names. */
export const issuerName = "hybrid-llm";

const namespace = "cert-manager";
const resources: Resources = { cpu: "50m", memory: "128Mi" };
const typeToken = "hybrid-llm:platform:CertManager";

/**
 * cert-manager, and an issuer that signs with the region's intermediate: certificates are made in the cluster, renewed
 * there, and never pass through Pulumi. The intermediate's key lies in the state as a secret, and in the cluster.
 *
 * Cost: 150m CPU and 384 MiB; twice that in production.
 */
export class CertManager extends RegionComponent<RegionScope> {
  readonly issuer: pulumi.Resource;

  constructor(name: string, scope: RegionScope, args: CertManagerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { intermediate, trustBundlePem, present = false } = args;
    super(typeToken, name, scope, { present }, opts);
    const before = present ? [] : [this.#install()];
    const authority = new kubernetes.core.v1.Secret(
      this.named("authority"),
      {
        metadata: { name: `${issuerName}-intermediate`, namespace },
        type: "kubernetes.io/tls",
        stringData: {
          "tls.crt": pulumi.interpolate`${intermediate.chainPem}${trustBundlePem}`,
          "tls.key": pulumi.secret(intermediate.privateKeyPem),
        },
      },
      this.own({ dependsOn: before }),
    );
    this.issuer = new kubernetes.apiextensions.CustomResource(
      this.named("issuer"),
      {
        apiVersion: "cert-manager.io/v1",
        kind: "ClusterIssuer",
        metadata: { name: issuerName },
        spec: { ca: { secretName: `${issuerName}-intermediate` } },
      },
      this.own({ dependsOn: [...before, authority] }),
    );
    this.registerOutputs({ issuerName });
  }

  #install(): pulumi.Resource {
    const { scope } = this;
    const images = charts.certManager.images;
    const image = (key: keyof typeof images) => {
      const { repository, tag, digest } = imageParts(scope, images[key]);
      return { repository, tag, digest };
    };
    const asked = requested(resources);
    const replicas = scope.production ? 2 : 1;
    const home = new kubernetes.core.v1.Namespace(
      this.named("namespace"),
      { metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } } },
      this.own(),
    );
    new OperatorPolicies(
      this.named("policies"),
      scope,
      { namespace, webhooks: [10250] },
      this.own({ dependsOn: home }),
    );
    return new ChartRelease(
      this.named("chart"),
      scope,
      {
        chart: certManagerChart(replicas),
        namespace: home.metadata.name,
        values: {
          crds: { enabled: true, keep: true },
          replicaCount: replicas,
          podDisruptionBudget: { enabled: replicas > 1 },
          image: image("controller"),
          resources: asked,
          webhook: { image: image("webhook"), replicaCount: replicas, resources: asked },
          cainjector: { image: image("cainjector"), replicaCount: replicas, resources: asked },
          acmesolver: { image: image("acmesolver") },
          // Helm waits for it: until the webhook's own certificate is in place, no issuer can be made.
          startupapicheck: { image: image("startupapicheck"), resources: asked },
        },
      },
      this.own({ dependsOn: home }),
    );
  }
}

function certManagerChart(replicas: number): Chart {
  const workload = (name: string, image: string) =>
    ({ kind: "Deployment", name, replicas, images: [image], resources }) as const;
  return {
    ...charts.certManager,
    workloads: [
      workload("cert-manager", "controller"),
      workload("cert-manager-webhook", "webhook"),
      workload("cert-manager-cainjector", "cainjector"),
      { kind: "Job", name: "cert-manager-startupapicheck", replicas: 1, images: ["startupapicheck"], resources },
    ],
    services: [
      { name: "cert-manager", type: "ClusterIP", ports: [9402] },
      { name: "cert-manager-webhook", type: "ClusterIP", ports: [443] },
    ],
    apiGroups: ["cert-manager.io", "acme.cert-manager.io"],
  };
}
