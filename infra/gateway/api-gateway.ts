import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { renderJson } from "../../runtime/config/index.ts";
import { type AwsScope, about, costIn, logsKept, RegionComponent } from "../region/index.ts";

/** What AWS's API Gateway is made from. */
export interface ApiGatewayArgs {
  /** What clients ask for. */
  readonly hostname: string;
  /** A certificate of ACM in this region, for the hostname. */
  readonly certificateArn: string;
  readonly vpcId: pulumi.Input<string>;
  /** Where its network interfaces are. */
  readonly subnetIds: readonly pulumi.Input<string>[];
  /** The region's network, where the load balancer is. */
  readonly cidr: string;
  /** The listener of the load balancer before the router. */
  readonly listenerArn: pulumi.Input<string>;
  /** Of all clients together: API Gateway's HTTP APIs can't count by key. */
  readonly requestsPerSecond: number;
  /** @default twice requestsPerSecond */
  readonly burst?: number;
  /** Days that the access log is kept. @default 30 */
  readonly logDays?: number;
}

const typeToken = "hybrid-llm:gateway:ApiGateway";

/** A line of it, about. */
const loggedBytes = 500;

/** Of each request: never its headers, which hold the key. */
const accessLog = renderJson({
  error: "$context.error.message",
  latencyMs: "$context.responseLatency",
  method: "$context.httpMethod",
  path: "$context.path",
  requestId: "$context.requestId",
  sourceIp: "$context.identity.sourceIp",
  status: "$context.status",
}).replace(/\s*\n\s*/g, " ");

/**
 * AWS's API Gateway (HTTP API) before the router, in place of Kong: TLS, throttling, access log, and a private way to the
 * region's load balancer. What it can't: answers that stream leave in one piece, none may take over 30 seconds, the limit
 * is one for all clients, and the router sees no certificate of it.
 *
 * Cost: 1.00 to 1.29 dollars for a million requests of 512 KB by region, and the log: 0.50 dollars a GB or more.
 * https://aws.amazon.com/api-gateway/pricing/, 2026-11
 */
export class ApiGateway extends RegionComponent<AwsScope> {
  /** What the hostname leads to. */
  readonly dnsName: pulumi.Output<string>;
  readonly zoneId: pulumi.Output<string>;

  constructor(name: string, scope: AwsScope, args: ApiGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    const { hostname, requestsPerSecond, burst = 2 * requestsPerSecond, logDays = 30 } = args;
    const { requests } = scope.use;
    const logs = logsKept((requests * loggedBytes) / 1e9, logDays);
    const cost = costIn(scope, { usage: { "apigateway.http": about(requests), ...logs } });
    super(typeToken, name, scope, { hostname, requestsPerSecond, burst, ...cost }, opts);
    const api = new aws.apigatewayv2.Api(
      this.named("api"),
      {
        name: scope.physical("gateway"),
        protocolType: "HTTP",
        // The hostname alone leads here.
        disableExecuteApiEndpoint: true,
      },
      this.own(),
    );
    this.#createRoute(api, args);
    const stage = this.#createStage(api, args, burst);
    const domain = new aws.apigatewayv2.DomainName(
      this.named("domain"),
      {
        domainName: hostname,
        domainNameConfiguration: {
          certificateArn: args.certificateArn,
          endpointType: "REGIONAL",
          securityPolicy: "TLS_1_2",
        },
      },
      this.own(),
    );
    new aws.apigatewayv2.ApiMapping(
      this.named("mapping"),
      { apiId: api.id, domainName: domain.id, stage: stage.id },
      this.own(),
    );
    this.dnsName = domain.domainNameConfiguration.targetDomainName;
    this.zoneId = domain.domainNameConfiguration.hostedZoneId;
    this.registerOutputs({ dnsName: this.dnsName });
  }

  #createRoute(api: aws.apigatewayv2.Api, { hostname, vpcId, subnetIds, cidr, listenerArn }: ApiGatewayArgs): void {
    const { scope } = this;
    const group = new aws.ec2.SecurityGroup(
      this.named("security-group"),
      { name: scope.physical("api-gateway"), description: "The API gateway's way to the load balancer", vpcId },
      this.own(),
    );
    new aws.vpc.SecurityGroupEgressRule(
      this.named("balancer"),
      { securityGroupId: group.id, cidrIpv4: cidr, ipProtocol: "tcp", fromPort: 443, toPort: 443 },
      this.own(),
    );
    const link = new aws.apigatewayv2.VpcLink(
      this.named("link"),
      { name: scope.physical("gateway"), subnetIds: [...subnetIds], securityGroupIds: [group.id] },
      this.own(),
    );
    const integration = new aws.apigatewayv2.Integration(
      this.named("integration"),
      {
        apiId: api.id,
        integrationType: "HTTP_PROXY",
        integrationMethod: "ANY",
        integrationUri: listenerArn,
        connectionType: "VPC_LINK",
        connectionId: link.id,
        // The most that there is.
        timeoutMilliseconds: 30_000,
        tlsConfig: { serverNameToVerify: hostname },
        requestParameters: { "overwrite:header.x-forwarded-by": "gateway" },
      },
      this.own(),
    );
    new aws.apigatewayv2.Route(
      this.named("route"),
      { apiId: api.id, routeKey: "$default", target: integration.id.apply((id) => `integrations/${id}`) },
      this.own(),
    );
  }

  #createStage(
    api: aws.apigatewayv2.Api,
    { requestsPerSecond, logDays = 30 }: ApiGatewayArgs,
    burst: number,
  ): aws.apigatewayv2.Stage {
    const log = new aws.cloudwatch.LogGroup(
      this.named("log"),
      { name: `/${this.scope.physical("gateway")}/access`, retentionInDays: logDays },
      this.own(),
    );
    return new aws.apigatewayv2.Stage(
      this.named("stage"),
      {
        apiId: api.id,
        name: "$default",
        autoDeploy: true,
        accessLogSettings: { destinationArn: log.arn, format: accessLog },
        defaultRouteSettings: {
          detailedMetricsEnabled: true,
          throttlingRateLimit: requestsPerSecond,
          throttlingBurstLimit: burst,
        },
      },
      this.own(),
    );
  }
}
