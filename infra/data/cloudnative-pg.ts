import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Chart, ChartRelease, imageParts, type Resources, requested } from "../charts/index.ts";
import { namespaces, OperatorPolicies } from "../network-policy/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { operatorNamespace } from "./flows.ts";
import { dataCharts } from "./versions.ts";

/** What the operator of databases is made from. */
export interface CloudNativePgArgs {
  /** Whether databases are backed up to an object store. */
  readonly backups: boolean;
}

const resources: Resources = { cpu: "100m", memory: "256Mi" };
const typeToken = "hybrid-llm:data:CloudNativePg";

/**
 * CloudNativePG's operator, and its plugin that writes to object stores. Its certificates are its own and made by itself.
 *
 * Cost: 100m CPU and 256 MiB each; twice that for the operator in production.
 */
export class CloudNativePg extends RegionComponent<RegionScope> {
  /** What a database waits for. */
  readonly ready: readonly pulumi.Resource[];

  constructor(
    name: string,
    scope: RegionScope,
    { backups }: CloudNativePgArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(typeToken, name, scope, { backups }, opts);
    const home = new kubernetes.core.v1.Namespace(
      this.named("namespace"),
      { metadata: { name: operatorNamespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } } },
      this.own(),
    );
    const databases = { namespace: namespaces.data };
    new OperatorPolicies(
      this.named("policies"),
      scope,
      {
        namespace: operatorNamespace,
        webhooks: [9443],
        among: [9090],
        flows: [
          { from: { namespace: operatorNamespace }, to: databases, ports: [5432, 8000], because: "how they are" },
        ],
      },
      this.own({ dependsOn: home }),
    );
    const operator = this.#createOperator(home);
    this.ready = backups ? [operator, this.#createPlugin(home, operator)] : [operator];
    this.registerOutputs({});
  }

  #createOperator(home: kubernetes.core.v1.Namespace): ChartRelease {
    const { scope } = this;
    const replicas = scope.production ? 2 : 1;
    const { repository, pinnedTag } = imageParts(scope, dataCharts.operator.images.operator);
    return new ChartRelease(
      this.named("chart"),
      scope,
      {
        chart: operatorChart(replicas),
        namespace: home.metadata.name,
        values: {
          replicaCount: replicas,
          image: { repository, tag: pinnedTag },
          resources: requested(resources),
        },
      },
      this.own({ dependsOn: home }),
    );
  }

  #createPlugin(home: kubernetes.core.v1.Namespace, operator: ChartRelease): ChartRelease {
    const { scope } = this;
    const image = (part: keyof typeof dataCharts.backups.images) => {
      const { repository, pinnedTag } = imageParts(scope, dataCharts.backups.images[part]);
      const [registry = "", ...path] = repository.split("/");
      return { registry, repository: path.join("/"), tag: pinnedTag };
    };
    return new ChartRelease(
      this.named("plugin"),
      scope,
      {
        chart: pluginChart,
        namespace: home.metadata.name,
        values: {
          image: image("plugin"),
          sidecarImage: image("sidecar"),
          resources: requested(resources),
        },
      },
      this.own({ dependsOn: operator }),
    );
  }
}

const operatorChart = (replicas: number): Chart => ({
  ...dataCharts.operator,
  workloads: [{ kind: "Deployment", name: "cloudnative-pg", replicas, images: ["operator"], resources }],
  services: [{ name: "cnpg-webhook-service", type: "ClusterIP", ports: [443] }],
  apiGroups: ["postgresql.cnpg.io"],
});

/** The sidecar runs in the database's pods. */
const pluginChart: Chart = {
  ...dataCharts.backups,
  workloads: [{ kind: "Deployment", name: "plugin-barman-cloud", replicas: 1, images: ["plugin"], resources }],
  services: [{ name: "barman-cloud", type: "ClusterIP", ports: [9090] }],
  apiGroups: ["barmancloud.cnpg.io"],
  certificates: ["barman-cloud-client", "barman-cloud-server"],
};
