import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ChartRelease } from "../charts/index.ts";
import { type Flow, OperatorPolicies } from "../network-policy/index.ts";
import type { Intermediate } from "../pki/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { labelsOf, type ParentReference } from "../workload/index.ts";
import { authorizationsOf, openPortsOf, type ServiceAccounts } from "./authorization.ts";
import { type MeshChartArgs, meshCharts } from "./charts.ts";
import { meshNamespace as namespace, waypointGateway } from "./waypoint.ts";

/** What the mesh is made from. */
export interface IstioArgs extends MeshChartArgs {
  /** The region's own authority: what istiod signs with. */
  readonly intermediate: Intermediate;
  /** The roots that are trusted. */
  readonly trustBundlePem: pulumi.Input<string>;
  /** Who may talk to whom: the table that the network policies are made of. */
  readonly flows: readonly Flow[];
  /** Namespaces whose pods are in the mesh; must be there, and say so themselves. See `Namespace`. */
  readonly own: readonly string[];
  readonly serviceAccounts: ServiceAccounts;
  /** The namespace whose requests a waypoint weighs; needs `proxyDigest`. */
  readonly waypointFor?: string | undefined;
  /** What waypoints wait for: Gateway API. */
  readonly gatewayApi: readonly pulumi.Resource[];
}

const typeToken = "hybrid-llm:mesh:Istio";
/** Where istiod tells what is to be carried, and signs who asks. */
const controlPorts = [15010, 15012];

/** What the router's route hangs on where a waypoint weighs: the Service that callers name. */
export const meshReference = (service: string, port: number): ParentReference => ({
  group: "",
  kind: "Service",
  name: service,
  port,
});

/**
 * Istio's ambient mode: each node carries what its pods say over mutual TLS, with certificates that istiod signs by the
 * region's intermediate, and lets in whom the table of flows names. Whoever has no certificate is refused, but at ports to
 * which the table lets networks outside of the mesh talk.
 *
 * Cost: 200m CPU and 512 MiB, twice that in production, and 300m and 612 MiB on each node.
 */
export class Istio extends RegionComponent<RegionScope> {
  /** What pods wait for that must not talk in plain text. */
  readonly ready: readonly pulumi.Resource[];

  /** @throws RangeError for a waypoint without an image, or a namespace that a network outside may talk to as a whole */
  constructor(name: string, scope: RegionScope, args: IstioArgs, opts?: pulumi.ComponentResourceOptions) {
    const { flows, own, waypointFor, proxyDigest } = args;
    if (waypointFor !== undefined && proxyDigest === undefined) {
      throw new RangeError("mesh.proxyDigest: missing; a waypoint runs istio/proxyv2, by its digest");
    }
    const open = openPortsOf(flows, own);
    super(typeToken, name, scope, { namespaces: [...own], waypoint: waypointFor ?? "none" }, opts);
    const { releases, definitions } = this.#install(args);
    this.#createPeerAuthentications(open, definitions);
    for (const { namespace: of, name: policy, spec } of authorizationsOf(flows, args)) {
      this.#create(`${of}-${policy}`, "security.istio.io/v1", "AuthorizationPolicy", of, policy, spec, definitions);
    }
    if (args.otlp !== undefined) {
      const spec = { tracing: [{ providers: [{ name: "otlp" }], randomSamplingPercentage: 100 }] };
      this.#create("telemetry", "telemetry.istio.io/v1", "Telemetry", namespace, "default", spec, definitions);
    }
    if (waypointFor !== undefined) {
      new kubernetes.apiextensions.CustomResource(
        this.named("waypoint"),
        waypointGateway(waypointFor),
        this.own({ dependsOn: [...releases, ...args.gatewayApi] }),
      );
    }
    this.ready = releases;
    this.registerOutputs({});
  }

  #install(args: IstioArgs): { releases: ChartRelease[]; definitions: ChartRelease } {
    const charts = meshCharts(this.scope, args);
    const home = new kubernetes.core.v1.Namespace(
      this.named("namespace"),
      // Its parts on each node enter other pods' networks.
      { metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "privileged" } } },
      this.own(),
    );
    const waypoints = args.waypointFor === undefined ? [] : [{ namespace: args.waypointFor }];
    new OperatorPolicies(
      this.named("policies"),
      this.scope,
      {
        namespace,
        webhooks: [15017],
        among: controlPorts,
        flows: waypoints.map((from) => ({ from, to: { namespace }, ports: controlPorts, because: "what they carry" })),
      },
      this.own({ dependsOn: home }),
    );
    const authority = new kubernetes.core.v1.Secret(
      this.named("authority"),
      {
        // The name that istiod looks for; without it, it would make a root of its own.
        metadata: { name: "cacerts", namespace },
        stringData: {
          "ca-cert.pem": args.intermediate.certificatePem,
          "ca-key.pem": pulumi.secret(args.intermediate.privateKeyPem),
          "cert-chain.pem": args.intermediate.chainPem,
          "root-cert.pem": args.trustBundlePem,
        },
      },
      this.own({ dependsOn: home }),
    );
    const install = (what: keyof typeof charts, after: pulumi.Resource[]): ChartRelease =>
      new ChartRelease(this.named(what), this.scope, { ...charts[what], namespace }, this.own({ dependsOn: after }));
    const base = install("base", [home]);
    const istiod = install("istiod", [base, authority]);
    const cni = install("cni", [istiod]);
    return { releases: [base, istiod, cni, install("ztunnel", [istiod, cni])], definitions: base };
  }

  #createPeerAuthentications(open: ReturnType<typeof openPortsOf>, definitions: pulumi.Resource): void {
    const create = (what: string, of: string, name: string, spec: object) =>
      this.#create(what, "security.istio.io/v1", "PeerAuthentication", of, name, spec, definitions);
    create("strict", namespace, "default", { mtls: { mode: "STRICT" } });
    for (const { pods, ports } of open) {
      create(`${pods.namespace}-${pods.name}-open`, pods.namespace, `${pods.name}-open`, {
        selector: { matchLabels: { "app.kubernetes.io/name": pods.name } },
        mtls: { mode: "STRICT" },
        portLevelMtls: Object.fromEntries(ports.map((port) => [String(port), { mode: "PERMISSIVE" }])),
      });
    }
  }

  #create(
    what: string,
    apiVersion: string,
    kind: string,
    of: string,
    name: string,
    spec: object,
    definitions: pulumi.Resource,
  ): void {
    new kubernetes.apiextensions.CustomResource(
      this.named(what),
      { apiVersion, kind, metadata: { name, namespace: of, labels: labelsOf({ name: "mesh" }) }, spec },
      this.own({ dependsOn: definitions }),
    );
  }
}
