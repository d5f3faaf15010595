import { describe, expect, it } from "vitest";
import {
  ApiGateway,
  EntryLoadBalancer,
  gatewayFlows,
  gatewayReference,
  KongGateway,
  type KongGatewayArgs,
  keyHeader,
  routerServiceAnnotations,
} from "../../infra/gateway/index.ts";
import { policiesOf } from "../../infra/network-policy/index.ts";
import { refuseDefaultProviders } from "../../infra/region/index.ts";
import { RouterCluster } from "../../infra/router/index.ts";
import { parseRouterConfig } from "../../runtime/config/index.ts";
import { byName, cloudScope, computedOutputs, listed } from "../support/infra.ts";
import { registrationsOf } from "../support/pulumi-mocks.ts";
import { children, clusterScope, inputsOf, mirror, planned, rendered, testDigest } from "../support/workloads.ts";

const args: KongGatewayArgs = {
  namespace: "gateway",
  routerNamespace: "router",
  hostname: "llm.example.com",
  replicas: 3,
  requestsPerMinutePerKey: 600,
  proxyProtocol: true,
  controllerDigest: testDigest,
  issuer: { name: "hybrid-llm", kind: "ClusterIssuer" },
  rootCertificatesPem: ["the new root\n", "the old root\n"],
  otlpEndpoint: "http://collector.observability.svc:4318",
};
const plan = (changes: Partial<KongGatewayArgs> = {}, scope: Parameters<typeof clusterScope>[0] = {}) =>
  planned(() => {
    refuseDefaultProviders();
    new KongGateway("eu-west-1-gateway", clusterScope(scope), { ...args, ...changes });
  });

describe("Kong", () => {
  it("is a chart, certificates of our own, a Gateway and what happens to a request", async () => {
    const found = await plan();
    expect(children(found)).toEqual([
      "KongGateway eu-west-1-gateway < the stack",
      "Certificate eu-west-1-gateway-certificate < eu-west-1-gateway",
      "ChartRelease eu-west-1-gateway-chart < eu-west-1-gateway",
      "Release eu-west-1-gateway-chart-release < eu-west-1-gateway-chart",
      "GatewayClass eu-west-1-gateway-class < eu-west-1-gateway",
      "Certificate eu-west-1-gateway-client-certificate < eu-west-1-gateway",
      "Gateway eu-west-1-gateway-gateway < eu-west-1-gateway",
      "KongClusterPlugin eu-west-1-gateway-opentelemetry < eu-west-1-gateway",
      "KongClusterPlugin eu-west-1-gateway-prometheus < eu-west-1-gateway",
      "KongPlugin eu-west-1-gateway-router-key < eu-west-1-gateway",
      "KongPlugin eu-west-1-gateway-router-rate-limit < eu-west-1-gateway",
      "KongPlugin eu-west-1-gateway-router-request-id < eu-west-1-gateway",
      "Secret eu-west-1-gateway-router-root-0 < eu-west-1-gateway",
      "Secret eu-west-1-gateway-router-root-1 < eu-west-1-gateway",
      "KongPlugin eu-west-1-gateway-router-transform < eu-west-1-gateway",
    ]);
    await expect(rendered(found)).toMatchFileSnapshot("golden/kong.yaml");
  });

  it("counts by the API key, wherever a client sends it, and sends the copy to nobody", async () => {
    const found = await plan();
    expect(inputsOf(found, "eu-west-1-gateway-router-rate-limit")).toMatchObject({
      plugin: "rate-limiting",
      config: { minute: 600, limit_by: "header", header_name: keyHeader },
    });
    const { config } = inputsOf(found, "eu-west-1-gateway-router-key") as { config: { access: string[] } };
    expect(config.access.join()).toContain(`clear_header("${keyHeader}")`);
    expect(inputsOf(found, "eu-west-1-gateway-router-transform")).toMatchObject({
      config: { remove: { headers: expect.arrayContaining([keyHeader]) } },
    });
  });

  it("shows the router its certificate, and checks the router's against every root that is trusted", async () => {
    const found = await plan();
    const annotations = routerServiceAnnotations(2);
    const named = (kind: string) =>
      found
        .filter(({ type, inputs }) => type.endsWith(`:${kind}`) && metadataOf(inputs).namespace === "router")
        .map(({ inputs }) => metadataOf(inputs).name);
    expect(named("Secret")).toEqual(annotations["konghq.com/ca-certificates-secrets"]?.split(","));
    expect(named("Certificate")).toEqual([annotations["konghq.com/client-cert"]]);
    expect(named("KongPlugin").toSorted()).toEqual(annotations["konghq.com/plugins"]?.split(",").toSorted());
    expect(gatewayReference("gateway")).toEqual({ kind: "Gateway", name: "gateway", namespace: "gateway" });
  });

  it("sends requests to the router's versions by their weights, which it speaks to as it must", async () => {
    const config = parseRouterConfig({ failoverChain: ["local"] }, "test");
    const version = { imageDigest: testDigest, config };
    const found = await planned(() => {
      new RouterCluster("eu-west-1-router", clusterScope(), {
        namespace: args.routerNamespace,
        imageRepository: "registry.example.com/router",
        versions: { blue: version, green: version },
        rollout: { stable: "blue", candidate: "green", weight: 10 },
        scaling: { replicas: 1 },
        resources: { cpu: "500m", memory: "512Mi" },
        security: { mode: "tls", issuer: args.issuer, clientCertificate: "required" },
        environmentSecret: "router-environment",
        credentialsReady: true,
        trustBundlePem: "the roots",
        route: { parents: [gatewayReference(args.namespace)], hostnames: [args.hostname] },
        serviceAnnotations: routerServiceAnnotations(2),
      });
    });
    expect(inputsOf(found, "eu-west-1-router-route").spec).toMatchObject({
      parentRefs: [{ kind: "Gateway", name: "gateway", namespace: "gateway" }],
      hostnames: ["llm.example.com"],
      rules: [
        {
          backendRefs: [
            { name: "router-blue", weight: 90 },
            { name: "router-green", weight: 10 },
          ],
        },
      ],
    });
    // Kong makes one service of both, and takes no two ways of speaking to it.
    for (const each of ["blue", "green"]) {
      expect(metadataOf(inputsOf(found, `eu-west-1-router-${each}-service`))).toMatchObject({
        annotations: { "konghq.com/protocol": "https", "konghq.com/client-cert": "gateway-client" },
      });
    }
    expect(routerServiceAnnotations("mesh")).toMatchObject({ "konghq.com/protocol": "http" });
    expect(Object.keys(routerServiceAnnotations("mesh"))).not.toContain("konghq.com/client-cert");
  });

  it("has no load balancer of its own, and behind an air gap nothing public", async () => {
    const found = await plan({ proxyProtocol: false }, { airgapped: true });
    const text = rendered(found);
    expect(text).not.toContain("LoadBalancer");
    expect(text).not.toContain("proxy_protocol");
    const [registry] = mirror.split("/");
    for (const image of text.match(/repository: \S+/g) ?? []) expect(image).toContain(registry);
    expect(inputsOf(found, "eu-west-1-gateway-chart-release")).toMatchObject({
      chart: `oci://${mirror}/charts.konghq.com/ingress`,
    });
  });

  it("is talked to as the table says", () => {
    const flows = gatewayFlows({
      clients: [{ cidr: "10.0.0.0/16" }],
      apiServers: [{ cidr: "10.0.0.0/16" }],
      observability: true,
    });
    expect(
      policiesOf(flows, { own: ["gateway", "observability"] }).map(({ namespace, name }) => `${namespace}/${name}`),
    ).toEqual([
      "gateway/controller-egress",
      "gateway/controller-ingress",
      "gateway/gateway-egress",
      "gateway/gateway-ingress",
      "observability/all-egress",
      "observability/all-ingress",
    ]);
  });
});

const metadataOf = (inputs: Record<string, unknown>) => inputs.metadata as { name: string; namespace?: string };

describe("the load balancer of a region", () => {
  const run = (changes: object = {}, preview = false) =>
    registrationsOf(
      () => {
        refuseDefaultProviders();
        new EntryLoadBalancer("eu-west-1-entry", cloudScope(), {
          clusterName: "main",
          exposure: "internet",
          vpcId: "vpc",
          subnetIds: ["a", "b"],
          clientCidrs: ["0.0.0.0/0"],
          target: { namespace: "gateway", service: "ingress-gateway-proxy", servicePort: 443, podPort: 8443 },
          ...changes,
        });
      },
      { outputs: computedOutputs, preview },
    );

  it("is reached by whom it is for, and has the gateway's pods as its targets", async () => {
    const found = await run();
    expect(listed(found)).toEqual([
      "EntryLoadBalancer eu-west-1-entry",
      "LoadBalancer eu-west-1-entry-balancer",
      "TargetGroupBinding eu-west-1-entry-binding",
      "SecurityGroupIngressRule eu-west-1-entry-clients-0",
      "Listener eu-west-1-entry-listener",
      "SecurityGroupEgressRule eu-west-1-entry-pods",
      "SecurityGroup eu-west-1-entry-security-group",
      "TargetGroup eu-west-1-entry-targets",
    ]);
    expect(listed(await run({}, true))).toEqual(listed(found));
    const by = byName(found);
    expect(by["eu-west-1-entry-balancer"]?.inputs).toMatchObject({ internal: false, loadBalancerType: "network" });
    expect(String(by["eu-west-1-entry-balancer"]?.inputs.name).length).toBeLessThanOrEqual(32);
    expect(by["eu-west-1-entry-clients-0"]?.inputs).toMatchObject({
      cidrIpv4: "0.0.0.0/0",
      fromPort: 443,
      toPort: 443,
    });
    expect(by["eu-west-1-entry-targets"]?.inputs).toMatchObject({
      protocol: "TCP",
      proxyProtocolV2: true,
      tags: { "elbv2.k8s.aws/cluster": "main" },
    });
    expect(by["eu-west-1-entry-binding"]?.inputs).toMatchObject({
      metadata: { namespace: "gateway" },
      spec: { serviceRef: { name: "ingress-gateway-proxy", port: 443 }, targetType: "ip" },
    });
  });

  it("ends TLS where it has a certificate", async () => {
    const by = byName(await run({ exposure: "internal", certificateArn: "arn:acm" }));
    expect(by["eu-west-1-entry-balancer"]?.inputs).toMatchObject({ internal: true });
    expect(by["eu-west-1-entry-listener"]?.inputs).toMatchObject({ protocol: "TLS", certificateArn: "arn:acm" });
    expect(by["eu-west-1-entry-targets"]?.inputs).toMatchObject({ protocol: "TLS", proxyProtocolV2: false });
  });
});

describe("AWS's API gateway", () => {
  it("throttles, writes down who asked but not with which key, and is reached by its hostname alone", async () => {
    const found = await registrationsOf(
      () => {
        refuseDefaultProviders();
        new ApiGateway("eu-west-1-gateway", cloudScope(), {
          hostname: "llm.example.com",
          certificateArn: "arn:acm",
          vpcId: "vpc",
          subnetIds: ["a"],
          cidr: "10.0.0.0/16",
          listenerArn: "arn:listener",
          requestsPerSecond: 50,
        });
      },
      {
        outputs: (registration) => ({
          ...computedOutputs(registration),
          ...(registration.type.endsWith(":DomainName")
            ? { domainNameConfiguration: { targetDomainName: "d", hostedZoneId: "Z" } }
            : {}),
        }),
      },
    );
    expect(listed(found)).toEqual([
      "ApiGateway eu-west-1-gateway",
      "Api eu-west-1-gateway-api",
      "SecurityGroupEgressRule eu-west-1-gateway-balancer",
      "DomainName eu-west-1-gateway-domain",
      "Integration eu-west-1-gateway-integration",
      "VpcLink eu-west-1-gateway-link",
      "LogGroup eu-west-1-gateway-log",
      "ApiMapping eu-west-1-gateway-mapping",
      "Route eu-west-1-gateway-route",
      "SecurityGroup eu-west-1-gateway-security-group",
      "Stage eu-west-1-gateway-stage",
    ]);
    const by = byName(found);
    expect(by["eu-west-1-gateway-api"]?.inputs).toMatchObject({
      protocolType: "HTTP",
      disableExecuteApiEndpoint: true,
    });
    expect(by["eu-west-1-gateway-stage"]?.inputs).toMatchObject({
      defaultRouteSettings: { throttlingRateLimit: 50, throttlingBurstLimit: 100 },
    });
    const log = by["eu-west-1-gateway-stage"]?.inputs.accessLogSettings as { format: string } | undefined;
    expect(log?.format).toContain("$context.identity.sourceIp");
    expect(log?.format).not.toMatch(/\n|authorization|header/i);
    expect(by["eu-west-1-gateway-integration"]?.inputs).toMatchObject({
      integrationUri: "arn:listener",
      connectionType: "VPC_LINK",
      tlsConfig: { serverNameToVerify: "llm.example.com" },
    });
  });
});
