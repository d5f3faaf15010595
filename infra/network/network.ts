import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { planSubnets, type ZoneNetworks } from "../addresses/index.ts";
import { type AwsScope, about, costIn, RegionComponent } from "../region/index.ts";
import { gatewayServices, interfaceServices } from "./endpoints.ts";
import { FlowLogs, type FlowLogsTraffic } from "./flow-logs.ts";

/** What a region's network is made from. */
export interface NetworkArgs {
  /** From /16 to /20; no two regions of a stack may overlap. */
  readonly cidr: string;
  /** Zone ids in their order; a zone that is added later moves nothing. */
  readonly zones: readonly string[];
  /** `one` is a single point of failure, and traffic of other zones pays to reach it. */
  readonly natGateways: "one" | "per-zone" | "none";
  /** Which connections are written down. @default "rejected" */
  readonly flowLogs?: "none" | FlowLogsTraffic;
  /** The cluster that lives here: load balancers and Karpenter find their subnets by it. */
  readonly clusterName: string;
}

const typeToken = "hybrid-llm:network:Network";

/**
 * A region's network: for each zone a public subnet, a private one and one for data, the ways out, and endpoints of AWS's
 * services. The VPC's default security group lets nothing through.
 *
 * Cost: each NAT gateway by the hour and by the GB; without one, each of 13 interface endpoints by the hour in each zone
 * and by the GB; flow logs by the GB. The rest is free.
 */
export class Network extends RegionComponent<AwsScope> {
  readonly vpcId: pulumi.Output<string>;
  readonly cidr: string;
  readonly plan: readonly ZoneNetworks[];
  readonly publicSubnetIds: readonly pulumi.Output<string>[];
  readonly privateSubnetIds: readonly pulumi.Output<string>[];
  readonly dataSubnetIds: readonly pulumi.Output<string>[];
  /** The private subnets' ways out: what needs a node's network waits for these. */
  readonly routes: readonly pulumi.Resource[];

  constructor(name: string, scope: AwsScope, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    const { cidr, zones, natGateways, flowLogs = "rejected", clusterName } = args;
    const endpoints = natGateways === "none" ? interfaceServices.length * zones.length : 0;
    const gateways = { none: 0, one: 1, "per-zone": zones.length }[natGateways];
    const { trafficGB } = scope.use;
    const cost = costIn(scope, {
      lines: { "nat.gateway": gateways, "ipv4.public": gateways, "vpce.interface.hour": endpoints },
      usage: {
        "egress.internet": about(trafficGB),
        "nat.data": gateways > 0 ? about(trafficGB) : 0,
        "vpce.interface.data": endpoints > 0 ? about(trafficGB) : 0,
      },
    });
    super(typeToken, name, scope, { natGateways: gateways, interfaceEndpoints: endpoints, flowLogs, ...cost }, opts);
    this.cidr = cidr;
    this.plan = planSubnets(cidr, zones);

    const vpc = new aws.ec2.Vpc(
      this.named("vpc"),
      { cidrBlock: cidr, enableDnsHostnames: true, enableDnsSupport: true, tags: { Name: scope.physical("vpc") } },
      this.own(),
    );
    this.vpcId = vpc.id;
    new aws.ec2.DefaultSecurityGroup(this.named("closed"), { vpcId: vpc.id, ingress: [], egress: [] }, this.own());

    const subnets = (tier: "public" | "private" | "data", tags: Record<string, string>): aws.ec2.Subnet[] =>
      this.plan.map(
        (networks) =>
          new aws.ec2.Subnet(
            this.named(`${tier}-${networks.zone}`),
            {
              vpcId: vpc.id,
              availabilityZoneId: networks.zone,
              cidrBlock: networks[tier],
              tags: { Name: scope.physical(`${tier}-${networks.zone}`), ...tags },
            },
            this.own(),
          ),
      );
    const publicSubnets = subnets("public", { "kubernetes.io/role/elb": "1" });
    const privateSubnets = subnets("private", {
      "kubernetes.io/role/internal-elb": "1",
      "karpenter.sh/discovery": clusterName,
    });
    const dataSubnets = subnets("data", {});
    const ids = (of: readonly aws.ec2.Subnet[]) => of.map(({ id }) => id);
    this.publicSubnetIds = ids(publicSubnets);
    this.privateSubnetIds = ids(privateSubnets);
    this.dataSubnetIds = ids(dataSubnets);

    const internet = this.#createPublicRoutes(vpc, publicSubnets);
    const { routes, tables } = this.#createPrivateRoutes(
      vpc,
      publicSubnets.slice(0, gateways),
      privateSubnets,
      internet,
    );
    this.#createGatewayEndpoints(vpc, tables);
    const interfaces = endpoints > 0 ? this.#createInterfaceEndpoints(vpc, privateSubnets) : [];
    this.routes = [...routes, ...interfaces];
    if (flowLogs !== "none") {
      new FlowLogs(this.named("flow-logs"), scope, { vpcId: vpc.id, traffic: flowLogs }, this.own());
    }
    this.registerOutputs({ vpcId: this.vpcId, privateSubnetIds: this.privateSubnetIds });
  }

  #createPublicRoutes(vpc: aws.ec2.Vpc, subnets: readonly aws.ec2.Subnet[]): aws.ec2.InternetGateway {
    const internet = new aws.ec2.InternetGateway(this.named("internet"), { vpcId: vpc.id }, this.own());
    const table = new aws.ec2.RouteTable(this.named("public"), { vpcId: vpc.id }, this.own());
    new aws.ec2.Route(
      this.named("public-internet"),
      { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: internet.id },
      this.own(),
    );
    for (const [index, subnet] of subnets.entries()) this.#associate("public", index, subnet, table);
    return internet;
  }

  /** A table for each zone, so that a zone's loss is that zone's alone where each has its own way out. */
  #createPrivateRoutes(
    vpc: aws.ec2.Vpc,
    gatewaySubnets: readonly aws.ec2.Subnet[],
    subnets: readonly aws.ec2.Subnet[],
    internet: aws.ec2.InternetGateway,
  ): { routes: pulumi.Resource[]; tables: aws.ec2.RouteTable[] } {
    const gateways = gatewaySubnets.map((subnet, index) => {
      const zone = this.#zone(index);
      const address = new aws.ec2.Eip(this.named(`nat-${zone}-address`), { domain: "vpc" }, this.own());
      return new aws.ec2.NatGateway(
        this.named(`nat-${zone}`),
        { subnetId: subnet.id, allocationId: address.id },
        this.own({ dependsOn: internet }),
      );
    });
    const routes: pulumi.Resource[] = [];
    const tables = subnets.map((subnet, index) => {
      const zone = this.#zone(index);
      const table = new aws.ec2.RouteTable(this.named(`private-${zone}`), { vpcId: vpc.id }, this.own());
      routes.push(this.#associate("private", index, subnet, table));
      const gateway = gateways[index] ?? gateways[0];
      if (gateway) {
        const way = { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: gateway.id };
        routes.push(new aws.ec2.Route(this.named(`private-${zone}-nat`), way, this.own()));
      }
      return table;
    });
    return { routes, tables };
  }

  #associate(tier: string, index: number, subnet: aws.ec2.Subnet, table: aws.ec2.RouteTable): pulumi.Resource {
    const name = this.named(`${tier}-${this.#zone(index)}-table`);
    return new aws.ec2.RouteTableAssociation(name, { subnetId: subnet.id, routeTableId: table.id }, this.own());
  }

  #createGatewayEndpoints(vpc: aws.ec2.Vpc, tables: readonly aws.ec2.RouteTable[]): void {
    for (const service of gatewayServices) {
      new aws.ec2.VpcEndpoint(
        this.named(`endpoint-${service}`),
        {
          vpcId: vpc.id,
          serviceName: `com.amazonaws.${this.scope.name}.${service}`,
          vpcEndpointType: "Gateway",
          routeTableIds: tables.map(({ id }) => id),
        },
        this.own(),
      );
    }
  }

  #createInterfaceEndpoints(vpc: aws.ec2.Vpc, subnets: readonly aws.ec2.Subnet[]): pulumi.Resource[] {
    const group = new aws.ec2.SecurityGroup(
      this.named("endpoints"),
      { vpcId: vpc.id, description: "AWS services, for what is in this network", egress: [] },
      this.own(),
    );
    new aws.vpc.SecurityGroupIngressRule(
      this.named("endpoints-https"),
      { securityGroupId: group.id, cidrIpv4: this.cidr, ipProtocol: "tcp", fromPort: 443, toPort: 443 },
      this.own(),
    );
    return interfaceServices.map(
      (service) =>
        new aws.ec2.VpcEndpoint(
          this.named(`endpoint-${service.replace(".", "-")}`),
          {
            vpcId: vpc.id,
            serviceName: `com.amazonaws.${this.scope.name}.${service}`,
            vpcEndpointType: "Interface",
            privateDnsEnabled: true,
            subnetIds: subnets.map(({ id }) => id),
            securityGroupIds: [group.id],
          },
          this.own(),
        ),
    );
  }

  #zone(index: number): string {
    return this.plan[index]?.zone ?? String(index);
  }
}
