import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Chart, ChartRelease, imageParts, type Resources, requested } from "../charts/index.ts";
import { namespaces, OperatorPolicies } from "../network-policy/index.ts";
import { privateNetworks, RegionComponent, type RegionScope } from "../region/index.ts";
import { secretsOperatorChart } from "./versions.ts";

/** Its namespace: from there it asks Vault. */
export const secretsOperatorNamespace = "vault-secrets-operator-system";

const resources: Resources = { cpu: "50m", memory: "256Mi" };
const typeToken = "hybrid-llm:secrets:SecretsOperator";

/**
 * Vault Secrets Operator: brings what lies in Vault into Secrets, and keeps it current. It holds no right of its own in
 * Vault: it logs in with the account of the namespace that asks.
 *
 * Cost: 55m CPU and 320 MiB; twice that in production.
 */
export class SecretsOperator extends RegionComponent<RegionScope> {
  /** What resources of Vault Secrets Operator wait for. */
  readonly ready: pulumi.Resource;

  constructor(name: string, scope: RegionScope, opts?: pulumi.ComponentResourceOptions) {
    super(typeToken, name, scope, {}, opts);
    const replicas = scope.production ? 2 : 1;
    const image = (part: keyof typeof secretsOperatorChart.images) => {
      const { repository, pinnedTag } = imageParts(scope, secretsOperatorChart.images[part]);
      return { repository, tag: pinnedTag };
    };
    const home = new kubernetes.core.v1.Namespace(
      this.named("namespace"),
      {
        metadata: {
          name: secretsOperatorNamespace,
          labels: { "pod-security.kubernetes.io/enforce": "restricted" },
        },
      },
      this.own(),
    );
    const operator = { namespace: secretsOperatorNamespace };
    new OperatorPolicies(
      this.named("policies"),
      scope,
      {
        ...operator,
        webhooks: [],
        flows: [{ namespace: namespaces.vault }, ...privateNetworks.map((cidr) => ({ cidr }))].map((to) => ({
          from: operator,
          to,
          ports: [8200],
          because: "a Vault of one's own",
        })),
      },
      this.own({ dependsOn: home }),
    );
    this.ready = new ChartRelease(
      this.named("chart"),
      scope,
      {
        chart: operatorChart(replicas),
        namespace: home.metadata.name,
        values: {
          controller: {
            replicas,
            kubeRbacProxy: { image: image("proxy") },
            manager: {
              image: image("manager"),
              // Tokens stay in memory: static secrets have no lease that would outlive them.
              clientCache: { persistenceModel: "none" },
              resources: requested(resources),
            },
          },
          defaultVaultConnection: { enabled: false },
          defaultAuthMethod: { enabled: false },
        },
      },
      this.own({ dependsOn: home }),
    );
    this.registerOutputs({});
  }
}

const operatorChart = (replicas: number): Chart => ({
  ...secretsOperatorChart,
  workloads: [
    {
      kind: "Deployment",
      name: "vault-secrets-operator-controller-manager",
      replicas,
      images: ["manager", "proxy"],
      resources,
    },
  ],
  services: [{ name: "vault-secrets-operator-metrics-service", type: "ClusterIP", ports: [8443] }],
  apiGroups: ["secrets.hashicorp.com"],
});
