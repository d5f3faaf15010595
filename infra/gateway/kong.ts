import { createHash } from "node:crypto";
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { ChartRelease } from "../charts/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { certificate, type IssuerReference, labelsOf, leafSpec, type ParentReference } from "../workload/index.ts";
import { type KongChartArgs, kongChart, kongValues } from "./kong-chart.ts";
import { globalPlugins, kongClusterPlugin, kongPlugin, type PluginSettings, routePlugins } from "./plugins.ts";

/** What Kong is made from. */
export interface KongGatewayArgs extends KongChartArgs, PluginSettings {
  /** Its own namespace; must be there. */
  readonly namespace: string;
  /** The router's namespace; must be there. */
  readonly routerNamespace: string;
  /** What clients ask for, and the certificate is for. */
  readonly hostname: string;
  readonly issuer: IssuerReference;
  /** The roots that the router's certificate is checked against, one by one. */
  readonly rootCertificatesPem: readonly pulumi.Input<string>[];
  /** Days that its certificates are valid. @default 90 */
  readonly leafValidityDays?: number;
}

const typeToken = "hybrid-llm:gateway:KongGateway";
const className = "kong";
const names = {
  gateway: "gateway",
  certificate: "gateway-tls",
  client: "gateway-client",
  root: "router-root",
} as const;

/** What the router's route hangs on. */
export const gatewayReference = (namespace: string): ParentReference => ({
  kind: "Gateway",
  name: names.gateway,
  namespace,
});

/**
 * What Kong reads at each of the router's Services, all the same: that it is spoken to by TLS, with the gateway's own
 * certificate, whose chain and name are checked, and what happens to a request.
 *
 * @param roots how many are trusted; `mesh` where the router speaks plain text and the mesh encrypts
 */
export function routerServiceAnnotations(roots: number | "mesh"): Record<string, string> {
  const secured = {
    "konghq.com/protocol": "https",
    "konghq.com/client-cert": names.client,
    "konghq.com/tls-verify": "true",
    "konghq.com/tls-verify-depth": "2",
    "konghq.com/ca-certificates-secrets": roots === "mesh" ? "" : rootNames(roots).join(","),
  };
  return {
    ...(roots === "mesh" ? { "konghq.com/protocol": "http" } : secured),
    // An answer may take minutes; the router has its own deadlines.
    "konghq.com/read-timeout": "600000",
    "konghq.com/write-timeout": "600000",
    "konghq.com/connect-timeout": "5000",
    // The router knows what may be asked again.
    "konghq.com/retries": "0",
    "konghq.com/plugins": routePlugins({ requestsPerMinutePerKey: 1 })
      .map(({ name }) => name)
      .join(","),
  };
}

const rootNames = (roots: number): string[] => Array.from({ length: roots }, (_, index) => `${names.root}-${index}`);

/**
 * Kong before the router, told by Gateway API and plugins: it ends TLS, limits requests by API key, transforms, measures,
 * and shows the router a certificate of its own. It keeps no consumers: the router alone knows who a key is.
 *
 * Cost: 500m CPU and 1 GiB for each replica, 100m and 256 MiB for its controller, twice that in production.
 */
export class KongGateway extends RegionComponent<RegionScope> {
  /** What routes wait for. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, scope: RegionScope, args: KongGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    const { hostname, replicas, requestsPerMinutePerKey, namespace } = args;
    super(typeToken, name, scope, { hostname, replicas, requestsPerMinutePerKey }, opts);
    const chart = kongChart(args, scope.production);
    const release = new ChartRelease(
      this.named("chart"),
      scope,
      { chart, namespace, values: kongValues(scope, chart, args) },
      this.own(),
    );
    const after = this.own({ dependsOn: release });
    this.#createCertificates(args);
    this.#createRoots(args);
    this.#createPlugins(args, after);
    this.ready = [release, this.#createGateway(args, after)];
    this.registerOutputs({});
  }

  /** One for clients, by the hostname; one for the router, in its namespace, where Kong looks for it. */
  #createCertificates({ namespace, routerNamespace, hostname, issuer, leafValidityDays }: KongGatewayArgs): void {
    const of = (
      what: string,
      place: string,
      secretName: string,
      dnsNames: string[],
      usage: "server auth" | "client auth",
    ) =>
      new kubernetes.apiextensions.CustomResource(
        this.named(what),
        certificate(
          { name: secretName, namespace: place, labels: labelsOf({ name: names.gateway }) },
          leafSpec({
            secretName,
            issuer,
            commonName: names.gateway,
            dnsNames,
            usages: [usage],
            validityDays: leafValidityDays,
          }),
        ),
        this.own(),
      );
    of("certificate", namespace, names.certificate, [hostname], "server auth");
    of("client-certificate", routerNamespace, names.client, [`${names.gateway}.${namespace}.svc`], "client auth");
  }

  /** Kong takes one certificate from each Secret, with an id of its own. */
  #createRoots({ routerNamespace, rootCertificatesPem }: KongGatewayArgs): void {
    for (const [index, cert] of rootCertificatesPem.entries()) {
      const name = `${names.root}-${index}`;
      new kubernetes.core.v1.Secret(
        this.named(name),
        {
          metadata: {
            name,
            namespace: routerNamespace,
            labels: { ...labelsOf({ name: names.gateway }), "konghq.com/ca-cert": "true" },
            annotations: { "kubernetes.io/ingress.class": className },
          },
          stringData: { id: uuidOf(`${this.scope.physical(name)}`), cert },
        },
        this.own(),
      );
    }
  }

  #createPlugins(args: KongGatewayArgs, after: pulumi.CustomResourceOptions): void {
    const labels = labelsOf({ name: names.gateway });
    const annotations = { "kubernetes.io/ingress.class": className };
    for (const plugin of routePlugins(args)) {
      new kubernetes.apiextensions.CustomResource(
        this.named(plugin.name),
        kongPlugin({ name: plugin.name, namespace: args.routerNamespace, labels, annotations }, plugin),
        after,
      );
    }
    for (const plugin of globalPlugins(args)) {
      new kubernetes.apiextensions.CustomResource(
        this.named(plugin.name),
        kongClusterPlugin({ name: plugin.name, labels: { ...labels, global: "true" }, annotations }, plugin),
        after,
      );
    }
  }

  #createGateway({ namespace, routerNamespace, hostname }: KongGatewayArgs, after: pulumi.CustomResourceOptions) {
    const labels = labelsOf({ name: names.gateway });
    const gatewayClass = new kubernetes.apiextensions.CustomResource(
      this.named("class"),
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "GatewayClass",
        // Kong's pods are the chart's, not made by the class.
        metadata: { name: className, labels, annotations: { "konghq.com/gatewayclass-unmanaged": "true" } },
        spec: { controllerName: "konghq.com/kic-gateway-controller" },
      },
      after,
    );
    return new kubernetes.apiextensions.CustomResource(
      this.named("gateway"),
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "Gateway",
        metadata: { name: names.gateway, namespace, labels },
        spec: {
          gatewayClassName: className,
          listeners: [
            {
              name: "https",
              hostname,
              port: 443,
              protocol: "HTTPS",
              tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: names.certificate }] },
              allowedRoutes: {
                namespaces: {
                  from: "Selector",
                  selector: { matchLabels: { "kubernetes.io/metadata.name": routerNamespace } },
                },
              },
            },
          ],
        },
      },
      this.own({ dependsOn: gatewayClass }),
    );
  }
}

/** The same for the same name, in the form of a UUID (version 8: of one's own making). */
function uuidOf(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
