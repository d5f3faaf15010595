import type * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../infra/cluster/index.ts";
import { ApiGateway, EntryLoadBalancer, KongGateway, kongTarget } from "../infra/gateway/index.ts";
import type { Network } from "../infra/network/index.ts";
import { namespaces } from "../infra/network-policy/index.ts";
import type { CloudRegionScope, RegionScope } from "../infra/region/index.ts";
import type { InCluster } from "./config/index.ts";
import { routerPortOf } from "./region-table.ts";
import { issuer, type Shared } from "./regions.ts";

type KongChoice = Extract<InCluster["gateway"], { kind: "kong" }>;
type ApiGatewayChoice = Extract<InCluster["gateway"], { kind: "aws-api-gateway" }>;

/** What a region of AWS puts its load balancers and its managed stores in. */
export interface GatewayCloud {
  readonly scope: CloudRegionScope;
  readonly network: Network;
  readonly cluster: Pick<Cluster, "clusterName" | "securityGroupId">;
}

/** By what a region is reached from outside. */
export interface RegionEntry {
  readonly dnsName: pulumi.Output<string>;
  readonly zoneId: pulumi.Output<string>;
  /** Of a load balancer. */
  readonly arn?: pulumi.Output<string>;
}

interface Surroundings {
  readonly otlpEndpoint: string | undefined;
  readonly after: { readonly dependsOn: pulumi.Resource[] };
}

/** What stands before a region's router: by what it is reached from outside, if it is, and what its routes wait for. */
export function composeGateway(
  stack: InCluster,
  region: {
    readonly scope: RegionScope;
    readonly platform: { readonly gatewayApi: readonly pulumi.Resource[] };
    readonly cloud?: GatewayCloud | undefined;
  },
  shared: Shared,
  { otlpEndpoint, after }: Surroundings,
): { readonly entry: RegionEntry | undefined; readonly ready: readonly pulumi.Resource[] } {
  const { gateway } = stack;
  const { scope, cloud, platform } = region;
  if (gateway.kind === "none") return { entry: undefined, ready: [] };
  if (gateway.kind === "aws-api-gateway") {
    return { entry: cloud && composeApiGateway(stack, gateway, cloud, after), ready: [] };
  }
  const exposure = gateway.exposure ?? (cloud === undefined ? "cluster" : "internal");
  const balanced = cloud !== undefined && exposure !== "cluster" ? { cloud, exposure } : undefined;
  const kong = createKong(stack, gateway, { scope, shared, otlpEndpoint, proxyProtocol: balanced !== undefined }, [
    ...after.dependsOn,
    ...platform.gatewayApi,
  ]);
  const entry =
    balanced &&
    createEntry(
      balanced.cloud,
      balanced.exposure,
      { namespace: namespaces.gateway, ...kongTarget },
      { dependsOn: [...after.dependsOn, kong] },
    );
  return { entry, ready: kong.ready };
}

function createKong(
  { pki }: InCluster,
  { hostname, replicas, requestsPerMinutePerKey, controllerDigest }: KongChoice,
  {
    scope,
    shared,
    otlpEndpoint,
    proxyProtocol,
  }: { scope: RegionScope; shared: Shared; otlpEndpoint: string | undefined; proxyProtocol: boolean },
  dependsOn: pulumi.Resource[],
): KongGateway {
  return new KongGateway(
    `${scope.name}-gateway`,
    scope,
    {
      namespace: namespaces.gateway,
      routerNamespace: namespaces.router,
      hostname,
      replicas,
      requestsPerMinutePerKey,
      controllerDigest,
      proxyProtocol,
      issuer,
      rootCertificatesPem: shared.pki.rootCertificatesPem,
      leafValidityDays: pki.leafValidityDays,
      otlpEndpoint,
    },
    { dependsOn },
  );
}

function createEntry(
  { scope, network, cluster }: GatewayCloud,
  exposure: "internal" | "internet",
  target: { namespace: string; service: string; servicePort: number; podPort: number },
  opts: { dependsOn: pulumi.Resource[] },
  certificateArn?: string,
): EntryLoadBalancer {
  return new EntryLoadBalancer(
    `${scope.name}-entry`,
    scope,
    {
      clusterName: cluster.clusterName,
      exposure,
      vpcId: network.vpcId,
      subnetIds: exposure === "internet" ? network.publicSubnetIds : network.privateSubnetIds,
      clientCidrs: [exposure === "internet" ? "0.0.0.0/0" : network.cidr],
      target,
      certificateArn,
    },
    opts,
  );
}

/** API Gateway, and the load balancer by which it reaches the router itself. */
function composeApiGateway(
  stack: InCluster,
  { hostname, requestsPerSecond, certificateArns }: ApiGatewayChoice,
  cloud: GatewayCloud,
  after: Surroundings["after"],
): RegionEntry {
  const { scope, network } = cloud;
  const certificateArn = certificateArns[scope.name] ?? "";
  const port = routerPortOf(stack);
  const entry = createEntry(
    cloud,
    "internal",
    { namespace: namespaces.router, service: "router", servicePort: port, podPort: port },
    after,
    certificateArn,
  );
  const gateway = new ApiGateway(`${scope.name}-gateway`, scope, {
    hostname,
    certificateArn,
    vpcId: network.vpcId,
    subnetIds: network.privateSubnetIds,
    cidr: network.cidr,
    listenerArn: entry.listenerArn,
    requestsPerSecond,
  });
  return { dnsName: gateway.dnsName, zoneId: gateway.zoneId };
}
