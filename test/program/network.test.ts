import { describe, expect, it } from "vitest";
import { Network, type NetworkArgs } from "../../infra/network/index.ts";
import { awsScope, byName, computedOutputs, listed } from "../support/infra.ts";
import { registrationsOf } from "../support/pulumi-mocks.ts";

const args: NetworkArgs = {
  cidr: "10.10.0.0/16",
  zones: ["euw1-az1", "euw1-az2"],
  natGateways: "one",
  clusterName: "main",
};
const networkOf = (changes: Partial<NetworkArgs> = {}) =>
  registrationsOf(() => new Network("net", awsScope(), { ...args, ...changes }), { outputs: computedOutputs });

describe("a region's network", () => {
  it("has three subnets in each zone, one way out, and logs of what was refused", async () => {
    const found = await networkOf();
    expect(listed(found).toSorted()).toEqual(
      [
        "Network net",
        "DefaultSecurityGroup net-closed",
        "Subnet net-data-euw1-az1",
        "Subnet net-data-euw1-az2",
        "VpcEndpoint net-endpoint-s3",
        "FlowLogs net-flow-logs",
        "LogGroup net-flow-logs-group",
        "FlowLog net-flow-logs-log",
        "RolePolicy net-flow-logs-policy",
        "Role net-flow-logs-role",
        "InternetGateway net-internet",
        "NatGateway net-nat-euw1-az1",
        "Eip net-nat-euw1-az1-address",
        "RouteTable net-private-euw1-az1",
        "Route net-private-euw1-az1-nat",
        "RouteTableAssociation net-private-euw1-az1-table",
        "RouteTable net-private-euw1-az2",
        "Route net-private-euw1-az2-nat",
        "RouteTableAssociation net-private-euw1-az2-table",
        "RouteTable net-public",
        "RouteTableAssociation net-public-euw1-az1-table",
        "RouteTableAssociation net-public-euw1-az2-table",
        "Route net-public-internet",
        "Subnet net-private-euw1-az1",
        "Subnet net-private-euw1-az2",
        "Subnet net-public-euw1-az1",
        "Subnet net-public-euw1-az2",
        "Vpc net-vpc",
      ].toSorted(),
    );
    const { inputs } = byName(found)["net-private-euw1-az2"] ?? { inputs: {} };
    expect(inputs).toEqual({
      vpcId: "net-vpc-id",
      availabilityZoneId: "euw1-az2",
      cidrBlock: "10.10.64.0/19",
      tags: {
        Name: "hybrid-llm-test-eu-west-1-private-euw1-az2",
        "kubernetes.io/role/internal-elb": "1",
        "karpenter.sh/discovery": "main",
      },
    });
    expect(byName(found)["net-closed"]?.inputs).toEqual({ vpcId: "net-vpc-id", ingress: [], egress: [] });
    expect(byName(found)["net-private-euw1-az2-nat"]?.inputs).toMatchObject({ natGatewayId: "net-nat-euw1-az1-id" });
    expect(byName(found)["net-flow-logs-log"]?.inputs).toMatchObject({ trafficType: "REJECT" });
  });

  it("has a way out for each zone where one is asked for, and gives no data subnet a way", async () => {
    const found = byName(await networkOf({ natGateways: "per-zone" }));
    expect(found["net-private-euw1-az1-nat"]?.inputs).toMatchObject({ natGatewayId: "net-nat-euw1-az1-id" });
    expect(found["net-private-euw1-az2-nat"]?.inputs).toMatchObject({ natGatewayId: "net-nat-euw1-az2-id" });
    const associated = Object.values(found).flatMap(({ type, inputs }) =>
      type.endsWith(":RouteTableAssociation") ? [inputs.subnetId] : [],
    );
    expect(associated.filter((id) => String(id).includes("data"))).toEqual([]);
  });

  it("reaches AWS's services by endpoints where nothing leads out", async () => {
    const found = await networkOf({ natGateways: "none", flowLogs: "none" });
    const names = listed(found);
    expect(names.filter((name) => /^(NatGateway|Eip|FlowLog|Route net-private)/.test(name))).toEqual([]);
    const endpoints = found.filter(({ type }) => type.endsWith(":VpcEndpoint"));
    expect(endpoints.map(({ inputs }) => inputs.serviceName)).toContain("com.amazonaws.eu-west-1.ecr.dkr");
    expect(byName(found)["net-endpoint-ecr-dkr"]?.inputs).toMatchObject({
      vpcEndpointType: "Interface",
      privateDnsEnabled: true,
      subnetIds: ["net-private-euw1-az1-id", "net-private-euw1-az2-id"],
    });
    expect(byName(found)["net-endpoints-https"]?.inputs).toMatchObject({ cidrIpv4: "10.10.0.0/16", fromPort: 443 });
    expect(byName(found).net?.inputs).toMatchObject({ natGateways: 0, interfaceEndpoints: 26 });
  });

  it("is the same in a preview", async () => {
    const preview = await registrationsOf(() => new Network("net", awsScope(), args), {
      preview: true,
      outputs: computedOutputs,
    });
    expect(listed(preview)).toEqual(listed(await networkOf()));
  });
});
