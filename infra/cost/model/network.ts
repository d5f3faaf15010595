import { exactly } from "../range.ts";
import { type Reader, Unpriceable } from "../reader.ts";
import { all, capacityUnit, free, type Part, type Rules } from "./rule.ts";

/** What connects: gateways, balancers, endpoints, addresses. */
export const networkRules: Rules = {
  "aws:ec2/natGateway:NatGateway": {
    parts: () => [{ what: "NAT gateway", price: "nat.gateway", quantity: exactly(1) }],
    usage: () => [["nat.data"]],
  },
  "aws:ec2/eip:Eip": { parts: () => [{ what: "public address", price: "ipv4.public", quantity: exactly(1) }] },
  "aws:ec2/internetGateway:InternetGateway": { parts: () => [], usage: () => [["egress.internet"]] },
  // Flow logs go to a log group, which is billed by what comes in.
  "aws:ec2/flowLog:FlowLog": { parts: () => [], usage: () => [["cloudwatch.logs.ingest", "s3.standard"]] },
  "aws:lb/loadBalancer:LoadBalancer": {
    parts(inputs) {
      const kind = kindOf(inputs);
      return [
        { what: kind.toUpperCase(), price: `${kind}.hour`, quantity: exactly(1) },
        ...(inputs.boolean("internal", false) ? [] : publicAddresses(inputs)),
      ];
    },
    usage: (inputs) => [[capacityUnit[kindOf(inputs)]]],
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    parts(inputs) {
      const type = inputs.string("vpcEndpointType", "Gateway");
      if (type === "Gateway") return [];
      if (type !== "Interface")
        throw new Unpriceable(`vpcEndpointType is ${type}; there are prices for Gateway and Interface`);
      return [
        {
          what: "interface endpoint × zones",
          price: "vpce.interface.hour",
          quantity: exactly(inputs.count("subnetIds")),
        },
      ];
    },
    usage: (inputs) => (inputs.string("vpcEndpointType", "Gateway") === "Gateway" ? [] : [["vpce.interface.data"]]),
  },
  "aws:globalaccelerator/accelerator:Accelerator": {
    parts: () => [{ what: "accelerator", price: "globalaccelerator.hour", quantity: exactly(1), region: "global" }],
    usage: () => [
      ["na-na", "eu-na", "na-eu", "na-apac", "eu-eu", "apac-apac"].map((way) => `globalaccelerator.dt.${way}`),
    ],
  },
  "aws:route53/zone:Zone": {
    parts: () => [{ what: "hosted zone", price: "route53.zone", quantity: exactly(1), region: "global" }],
    usage: () => [["route53.queries.standard", "route53.queries.latency", "route53.queries.geo"]],
  },
  "aws:route53/healthCheck:HealthCheck": { parts: healthCheck },
  "aws:apigatewayv2/api:Api": {
    parts(inputs) {
      const protocol = inputs.string("protocolType");
      if (protocol !== "HTTP") throw new Unpriceable(`protocolType is ${protocol}; there are prices for HTTP alone`);
      return [];
    },
    usage: () => [["apigateway.http"]],
  },
  "aws:apigateway/restApi:RestApi": { parts: () => [], usage: () => [["apigateway.rest"]] },
  "aws:apigateway/stage:Stage": {
    parts(inputs) {
      if (inputs.boolean("cacheClusterEnabled", false)) {
        throw new Unpriceable("cacheClusterEnabled: a stage's cache is not in the price table");
      }
      return [];
    },
  },
  ...all(
    [
      "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
      "aws:ec2/eipAssociation:EipAssociation",
      "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
      "aws:ec2/networkAcl:NetworkAcl",
      "aws:ec2/route:Route",
      "aws:ec2/routeTable:RouteTable",
      "aws:ec2/routeTableAssociation:RouteTableAssociation",
      "aws:ec2/securityGroup:SecurityGroup",
      "aws:ec2/securityGroupRule:SecurityGroupRule",
      "aws:ec2/subnet:Subnet",
      "aws:ec2/tag:Tag",
      "aws:ec2/vpc:Vpc",
      "aws:ec2/vpcDhcpOptions:VpcDhcpOptions",
      "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    ],
    free("networks, routes and their rules are not billed"),
  ),
  ...all(
    [
      "aws:lb/listener:Listener",
      "aws:lb/listenerCertificate:ListenerCertificate",
      "aws:lb/listenerRule:ListenerRule",
      "aws:lb/targetGroup:TargetGroup",
      "aws:lb/targetGroupAttachment:TargetGroupAttachment",
      "aws:globalaccelerator/endpointGroup:EndpointGroup",
      "aws:globalaccelerator/listener:Listener",
      "aws:route53/record:Record",
      "aws:apigatewayv2/apiMapping:ApiMapping",
      "aws:apigatewayv2/authorizer:Authorizer",
      "aws:apigatewayv2/domainName:DomainName",
      "aws:apigatewayv2/integration:Integration",
      "aws:apigatewayv2/route:Route",
      "aws:apigatewayv2/stage:Stage",
      "aws:apigatewayv2/vpcLink:VpcLink",
      "aws:apigateway/apiKey:ApiKey",
      "aws:apigateway/authorizer:Authorizer",
      "aws:apigateway/basePathMapping:BasePathMapping",
      "aws:apigateway/deployment:Deployment",
      "aws:apigateway/domainName:DomainName",
      "aws:apigateway/integration:Integration",
      "aws:apigateway/method:Method",
      "aws:apigateway/methodSettings:MethodSettings",
      "aws:apigateway/resource:Resource",
      "aws:apigateway/usagePlan:UsagePlan",
      "aws:apigateway/usagePlanKey:UsagePlanKey",
      "aws:apigateway/vpcLink:VpcLink",
      "aws:acm/certificate:Certificate",
      "aws:acm/certificateValidation:CertificateValidation",
    ],
    free("part of a balancer, accelerator, zone or API that is priced itself"),
  ),
};

function kindOf(inputs: Reader): "alb" | "nlb" {
  const type = inputs.string("loadBalancerType", "application");
  if (type === "application") return "alb";
  if (type === "network") return "nlb";
  throw new Unpriceable(`loadBalancerType is ${type}; there are prices for application and network`);
}

/** A balancer to the internet has an address in each of its zones. */
function publicAddresses(inputs: Reader): Part[] {
  const zones = inputs.has("subnetMappings") ? inputs.count("subnetMappings") : inputs.count("subnets");
  return [{ what: "public addresses", price: "ipv4.public", quantity: exactly(zones) }];
}

/** An endpoint of AWS is cheaper than another; which one it is can't be told, so the other is expected. */
function healthCheck(inputs: Reader): Part[] {
  const type = inputs.string("type");
  if (!/^(HTTP|HTTPS|TCP|HTTP_STR_MATCH|HTTPS_STR_MATCH)$/.test(type)) {
    throw new Unpriceable(`type is ${type}; there are prices for checks by HTTP, HTTPS and TCP`);
  }
  const options = [
    type.startsWith("HTTPS"),
    type.endsWith("STR_MATCH"),
    inputs.boolean("measureLatency", false),
    inputs.number("requestInterval", 30) < 30,
  ].filter(Boolean).length;
  return [
    { what: "health check", price: "route53.healthcheck.other", quantity: exactly(1), region: "global" },
    ...(options > 0
      ? [
          {
            what: "options of the health check",
            price: "route53.healthcheck.option.other",
            quantity: exactly(options),
            region: "global" as const,
          },
        ]
      : []),
  ];
}
