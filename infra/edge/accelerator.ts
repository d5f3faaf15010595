import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { about, costIn, defaultUse, type Geography, physicalName } from "../region/index.ts";
import type { EdgeNames, Origin } from "./origin.ts";

/** What Global Accelerator is made from. */
export interface AcceleratorEdgeArgs extends EdgeNames {
  readonly origins: readonly Origin[];
  /** The hosted zone that the name is written in; where absent somebody else does. */
  readonly hostedZoneId?: string | undefined;
}

/** Clients are near their region: the figure of its own geography. */
const ways: Readonly<Record<Geography, string>> = { us: "na-na", eu: "eu-eu", asia: "apac-apac" };

function costOf(origins: readonly Origin[]) {
  const usage: Record<string, ReturnType<typeof about>> = {};
  for (const way of new Set(origins.map(({ geography }) => ways[geography]))) {
    const near = origins.filter(({ geography }) => ways[geography] === way);
    usage[`globalaccelerator.dt.${way}`] = about(near.reduce((sum, { use = defaultUse }) => sum + use.trafficGB, 0));
  }
  return costIn({ name: "global" }, { usage });
}

const typeToken = "hybrid-llm:edge:AcceleratorEdge";

/**
 * AWS's Global Accelerator before all regions: two addresses that are announced everywhere, and lead to the nearest region
 * whose load balancer is well, without waiting for anybody's DNS.
 *
 * Cost: 0.025 dollars an hour (18.25 in 730 hours), and 0.015 to 0.105 for each GB by where it comes from and goes to.
 * https://aws.amazon.com/global-accelerator/pricing/, 2026-11
 */
export class AcceleratorEdge extends pulumi.ComponentResource {
  readonly dnsName: pulumi.Output<string>;

  /** @param opts with a provider in us-west-2, where the accelerators' API is */
  constructor(name: string, args: AcceleratorEdgeArgs, opts: pulumi.ComponentResourceOptions) {
    const { stack, hostname, origins, hostedZoneId } = args;
    super(typeToken, name, { hostname, regions: origins.map(({ region }) => region), ...costOf(origins) }, opts);
    const parent = { parent: this };
    const accelerator = new aws.globalaccelerator.Accelerator(
      `${name}-accelerator`,
      { name: physicalName([stack, "edge"]), ipAddressType: "IPV4", enabled: true },
      parent,
    );
    const listener = new aws.globalaccelerator.Listener(
      `${name}-listener`,
      { acceleratorArn: accelerator.arn, protocol: "TCP", portRanges: [{ fromPort: 443, toPort: 443 }] },
      parent,
    );
    for (const { region, arn } of origins) {
      if (arn === undefined) throw new RangeError(`region ${region}: an accelerator leads to load balancers alone`);
      new aws.globalaccelerator.EndpointGroup(
        `${name}-${region}-endpoints`,
        {
          listenerArn: listener.arn,
          endpointGroupRegion: region,
          // What counts is the health that the load balancer itself tells.
          endpointConfigurations: [{ endpointId: arn, weight: 100, clientIpPreservationEnabled: false }],
          trafficDialPercentage: 100,
          healthCheckProtocol: "TCP",
          healthCheckPort: 443,
          healthCheckIntervalSeconds: 10,
          thresholdCount: 3,
        },
        parent,
      );
    }
    if (hostedZoneId !== undefined) {
      new aws.route53.Record(
        `${name}-record`,
        {
          zoneId: hostedZoneId,
          name: hostname,
          type: "A",
          aliases: [{ name: accelerator.dnsName, zoneId: accelerator.hostedZoneId, evaluateTargetHealth: false }],
        },
        parent,
      );
    }
    this.dnsName = accelerator.dnsName;
    this.registerOutputs({ dnsName: this.dnsName });
  }
}
