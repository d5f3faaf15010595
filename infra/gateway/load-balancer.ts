import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { hoursPerMonth } from "../cost/index.ts";
import { about, type CloudRegionScope, costIn, RegionComponent } from "../region/index.ts";

/** How the pods behind it are reached. */
interface Target {
  readonly namespace: string;
  /** A Service's name, and its port. */
  readonly service: string;
  readonly servicePort: number;
  /** The port of its pods. */
  readonly podPort: number;
}

/** What a region's entry is made from. */
export interface EntryLoadBalancerArgs {
  readonly clusterName: string;
  /** Whether clients in the internet reach it; else the region's network alone does. */
  readonly exposure: "internal" | "internet";
  readonly vpcId: pulumi.Input<string>;
  /** Public ones for the internet, private ones else. */
  readonly subnetIds: readonly pulumi.Input<string>[];
  /** Who may connect. */
  readonly clientCidrs: readonly string[];
  readonly target: Target;
  /** The certificate (ACM) that it ends TLS with and encrypts anew; without one, TLS passes through it untouched. */
  readonly certificateArn?: string | undefined;
}

const typeToken = "hybrid-llm:gateway:EntryLoadBalancer";
const port = 443;

/**
 * The network load balancer before a region's gateway, made here and not by a Service, because edge and API gateway need
 * its name and ARN; the load-balancer controller keeps its targets. Pods are its targets, without a hop. Where TLS passes
 * through, proxy protocol tells the pods who asks.
 *
 * Cost: 0.0225 to 0.0243 dollars an hour by region (16.43 to 17.74 dollars in 730 hours), and 0.006 for each LCU-hour: 1
 * GB an hour, 800 new or 100,000 active connections. https://aws.amazon.com/elasticloadbalancing/pricing/, 2026-11
 */
export class EntryLoadBalancer extends RegionComponent<CloudRegionScope> {
  readonly arn: pulumi.Output<string>;
  readonly dnsName: pulumi.Output<string>;
  readonly zoneId: pulumi.Output<string>;
  readonly listenerArn: pulumi.Output<string>;

  constructor(
    name: string,
    scope: CloudRegionScope,
    args: EntryLoadBalancerArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const { trafficGB } = scope.use;
    const cost = costIn(scope, {
      lines: { "nlb.hour": 1, "ipv4.public": args.exposure === "internet" ? args.subnetIds.length : 0 },
      // A unit carries a GB an hour.
      usage: { "nlb.nlcu": about(trafficGB / hoursPerMonth) },
    });
    super(typeToken, name, scope, { exposure: args.exposure, clients: [...args.clientCidrs], ...cost }, opts);
    const group = this.#createSecurityGroup(args);
    const balancer = new aws.lb.LoadBalancer(
      this.named("balancer"),
      {
        name: scope.physical("entry", 32),
        loadBalancerType: "network",
        internal: args.exposure === "internal",
        subnets: [...args.subnetIds],
        securityGroups: [group.id],
        enableCrossZoneLoadBalancing: true,
        enableDeletionProtection: scope.production,
      },
      this.own(),
    );
    const targets = this.#createTargets(args);
    const listener = this.#createListener(args, balancer, targets);
    this.#bind(args, group, targets, listener);
    this.arn = balancer.arn;
    this.dnsName = balancer.dnsName;
    this.zoneId = balancer.zoneId;
    this.listenerArn = listener.arn;
    this.registerOutputs({ dnsName: this.dnsName });
  }

  #createSecurityGroup({ vpcId, clientCidrs, target }: EntryLoadBalancerArgs): aws.ec2.SecurityGroup {
    const { scope } = this;
    const group = new aws.ec2.SecurityGroup(
      this.named("security-group"),
      { name: scope.physical("entry"), description: "Clients of the gateway", vpcId },
      this.own(),
    );
    for (const [index, cidrIpv4] of clientCidrs.entries()) {
      new aws.vpc.SecurityGroupIngressRule(
        this.named(`clients-${index}`),
        { securityGroupId: group.id, cidrIpv4, ipProtocol: "tcp", fromPort: port, toPort: port },
        this.own(),
      );
    }
    new aws.vpc.SecurityGroupEgressRule(
      this.named("pods"),
      {
        securityGroupId: group.id,
        cidrIpv4: "0.0.0.0/0",
        ipProtocol: "tcp",
        fromPort: target.podPort,
        toPort: target.podPort,
      },
      this.own(),
    );
    return group;
  }

  #createTargets({ vpcId, clusterName, target, certificateArn }: EntryLoadBalancerArgs): aws.lb.TargetGroup {
    const passes = certificateArn === undefined;
    return new aws.lb.TargetGroup(
      this.named("targets"),
      {
        name: this.scope.physical("entry", 32),
        vpcId,
        targetType: "ip",
        port: target.podPort,
        protocol: passes ? "TCP" : "TLS",
        proxyProtocolV2: passes,
        preserveClientIp: "false",
        // As long as a router drains.
        deregistrationDelay: 60,
        connectionTermination: false,
        healthCheck: { protocol: "TCP", interval: 10, healthyThreshold: 2, unhealthyThreshold: 2 },
        // The controller may change the targets of its own cluster's groups alone.
        tags: { "elbv2.k8s.aws/cluster": clusterName },
      },
      this.own(),
    );
  }

  #createListener(
    { certificateArn }: EntryLoadBalancerArgs,
    balancer: aws.lb.LoadBalancer,
    targets: aws.lb.TargetGroup,
  ): aws.lb.Listener {
    const secured =
      certificateArn === undefined
        ? { protocol: "TCP" }
        : { protocol: "TLS", certificateArn, sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06" };
    return new aws.lb.Listener(
      this.named("listener"),
      {
        loadBalancerArn: balancer.arn,
        port,
        ...secured,
        defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
      },
      this.own(),
    );
  }

  #bind(
    { target: { namespace, service, servicePort, podPort } }: EntryLoadBalancerArgs,
    group: aws.ec2.SecurityGroup,
    targets: aws.lb.TargetGroup,
    listener: aws.lb.Listener,
  ): void {
    new kubernetes.apiextensions.CustomResource(
      this.named("binding"),
      {
        apiVersion: "elbv2.k8s.aws/v1beta1",
        kind: "TargetGroupBinding",
        metadata: { name: "entry", namespace },
        spec: {
          serviceRef: { name: service, port: servicePort },
          targetGroupARN: targets.arn,
          targetType: "ip",
          networking: {
            ingress: [
              { from: [{ securityGroup: { groupID: group.id } }], ports: [{ protocol: "TCP", port: podPort }] },
            ],
          },
        },
      },
      // A group that no load balancer uses is unhealthy by definition.
      this.own({ dependsOn: listener }),
    );
  }
}
