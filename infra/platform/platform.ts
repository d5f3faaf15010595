import type * as pulumi from "@pulumi/pulumi";
import type { Intermediate } from "../pki/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { CertManager } from "./cert-manager.ts";
import { DevicePlugin } from "./device-plugin.ts";
import { GatewayApi } from "./gateway-api.ts";
import { GpuOperator } from "./gpu-operator.ts";
import { MetricsServer } from "./metrics-server.ts";

/** What a cluster may have already. */
export type Present = "cert-manager" | "device-plugin" | "gateway-api" | "metrics-server";

/** What makes accelerators something that a pod can ask for: one of the two, never both. */
export type GpuChoice = "device-plugin" | "gpu-operator";

/** What every cluster needs, wherever it is. */
export interface PlatformArgs {
  readonly intermediate: Intermediate;
  readonly trustBundlePem: pulumi.Input<string>;
  /** Labels of the nodes of each GPU pool; no device plugin without one. */
  readonly gpuNodeSelectors: readonly Readonly<Record<string, string>>[];
  /** @default "device-plugin" */
  readonly gpu?: GpuChoice;
  /** What the cluster has, and is left alone. @default none */
  readonly present?: readonly Present[];
}

const typeToken = "hybrid-llm:platform:Platform";

/**
 * What a bare cluster lacks: metrics, certificates, routes, and accelerators that a pod can ask for.
 *
 * Cost: 250m CPU and 584 MiB, twice that in production, and 50m and 128 MiB on each node with a GPU; what `GpuOperator`
 * says where that is chosen.
 */
export class Platform extends RegionComponent<RegionScope> {
  /** What certificates wait for. */
  readonly issuer: pulumi.Resource;
  /** What routes wait for; nothing where the cluster has it. */
  readonly gatewayApi: readonly pulumi.Resource[];
  /** What pods wait for that ask for an accelerator. */
  readonly accelerators: readonly pulumi.Resource[];

  constructor(name: string, scope: RegionScope, args: PlatformArgs, opts?: pulumi.ComponentResourceOptions) {
    const { intermediate, trustBundlePem, gpuNodeSelectors, gpu = "device-plugin", present = [] } = args;
    super(typeToken, name, scope, { present: [...present] }, opts);
    const parent = this.own();
    const lacks = (what: Present): boolean => !present.includes(what);

    if (lacks("metrics-server")) new MetricsServer(this.named("metrics-server"), scope, parent);
    this.issuer = new CertManager(
      this.named("cert-manager"),
      scope,
      { intermediate, trustBundlePem, present: !lacks("cert-manager") },
      parent,
    ).issuer;
    this.gatewayApi = lacks("gateway-api") ? [new GatewayApi(this.named("gateway-api"), scope, parent)] : [];
    this.accelerators =
      gpuNodeSelectors.length > 0 && lacks("device-plugin")
        ? [
            gpu === "gpu-operator"
              ? new GpuOperator(this.named("gpu-operator"), scope, { nodeSelectors: gpuNodeSelectors }, parent)
              : new DevicePlugin(this.named("device-plugin"), scope, { nodeSelectors: gpuNodeSelectors }, parent),
          ]
        : [];
    this.registerOutputs({});
  }
}
