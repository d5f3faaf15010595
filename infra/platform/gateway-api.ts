import type * as pulumi from "@pulumi/pulumi";
import { ChartRelease } from "../charts/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { charts } from "../versions.ts";

const typeToken = "hybrid-llm:platform:GatewayApi";

/**
 * The custom resources of Gateway API (standard channel): what routes between versions of the router. A phase of its
 * own, because nothing that uses them can be made before.
 *
 * Cost: none.
 */
export class GatewayApi extends RegionComponent<RegionScope> {
  constructor(name: string, scope: RegionScope, opts?: pulumi.ComponentResourceOptions) {
    super(typeToken, name, scope, {}, opts);
    new ChartRelease(
      this.named("chart"),
      scope,
      {
        chart: { ...charts.gatewayCrds, workloads: [], services: [], apiGroups: ["gateway.networking.k8s.io"] },
        namespace: "kube-system",
        values: { crds: { gatewayAPI: { enabled: true, channel: "standard" }, envoyGateway: { enabled: false } } },
      },
      this.own(),
    );
    this.registerOutputs({});
  }
}
