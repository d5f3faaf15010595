import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { type Chart, declarationOf } from "./chart.ts";

/** A chart that is installed. */
export interface ChartReleaseArgs {
  readonly chart: Chart;
  /** Must be there. */
  readonly namespace: pulumi.Input<string>;
  /** The chart's values: plain where possible, because an unknown one shows the whole release as changed. */
  readonly values: pulumi.Inputs;
  /** How long Helm waits until everything is ready. @default 600 */
  readonly timeoutSeconds?: number;
}

const typeToken = "hybrid-llm:charts:ChartRelease";

/**
 * A pinned chart with its declaration beside it: what it runs is in the plan as plain data, though the plan never opens
 * the chart. A failed upgrade is rolled back.
 *
 * Cost: that of its pods, volumes and load balancers, all of which the declaration names.
 */
export class ChartRelease extends RegionComponent<RegionScope> {
  readonly release: kubernetes.helm.v3.Release;

  constructor(name: string, scope: RegionScope, args: ChartReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    const { chart, namespace, values, timeoutSeconds = 600 } = args;
    super(typeToken, name, scope, { declares: declarationOf(scope, chart) }, opts);
    const { chart: location, repository } = scope.chart(chart);
    this.release = new kubernetes.helm.v3.Release(
      this.named("release"),
      {
        name: chart.name,
        chart: location,
        version: chart.version,
        ...(repository === undefined ? {} : { repositoryOpts: { repo: repository } }),
        namespace,
        values,
        atomic: true,
        maxHistory: 5,
        timeout: timeoutSeconds,
      },
      this.own(),
    );
    this.registerOutputs({});
  }
}
