import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EdgeNames, Origin } from "./origin.ts";

/** What Route 53 is told. */
export interface LatencyEdgeArgs extends EdgeNames {
  readonly hostedZoneId: string;
  readonly origins: readonly Origin[];
}

const typeToken = "hybrid-llm:edge:LatencyEdge";

/**
 * Records by latency: whoever asks for the name is told the region that answers soonest from there and whose gateway takes
 * connections. The cheap tier: resolvers keep what they were told, for a minute and some longer, also when a region is lost.
 *
 * Cost: 1.00 dollar a month for each region's health check, and 0.60 for a million queries.
 * https://aws.amazon.com/route53/pricing/, 2026-11
 */
export class LatencyEdge extends pulumi.ComponentResource {
  readonly url: string;

  constructor(name: string, args: LatencyEdgeArgs, opts: pulumi.ComponentResourceOptions) {
    const { hostname, hostedZoneId, origins } = args;
    super(typeToken, name, { hostname, regions: origins.map(({ region }) => region) }, opts);
    this.url = `https://${hostname}`;
    const parent = { parent: this };
    for (const { region, dnsName, zoneId } of origins) {
      const check = new aws.route53.HealthCheck(
        `${name}-${region}-health`,
        // By connection: a check by HTTPS would ask for the load balancer's name, which no gateway answers to.
        {
          type: "TCP",
          fqdn: dnsName,
          port: 443,
          requestInterval: 10,
          failureThreshold: 3,
          tags: { Name: `${hostname} in ${region}` },
        },
        parent,
      );
      new aws.route53.Record(
        `${name}-${region}-record`,
        {
          zoneId: hostedZoneId,
          name: hostname,
          type: "A",
          setIdentifier: region,
          latencyRoutingPolicies: [{ region }],
          healthCheckId: check.id,
          aliases: [{ name: dnsName, zoneId, evaluateTargetHealth: true }],
        },
        parent,
      );
    }
    this.registerOutputs({ url: this.url });
  }
}
