import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { RouterConfig } from "../../runtime/config/index.ts";
import { costManifest } from "../cost/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import {
  awaiting,
  certificate,
  httpRoute,
  labelsOf,
  leafSpec,
  type ParentReference,
  selectorOf,
} from "../workload/index.ts";
import { refuseWeightWithoutRoute, refuseWithoutDigest } from "./checks.ts";
import { type RenderedConfig, renderClusterConfig } from "./cluster-config.ts";
import { RouterDeployment, type RouterDeploymentArgs } from "./deployment.ts";
import { type ListenerSecurity, portOf } from "./listener.ts";
import { shared } from "./pod.ts";
import { backendReferences, type Rollout, servingVersions } from "./rollout.ts";
import { serviceNames } from "./service-names.ts";

/** One named version of the stack: what runs, and its whole configuration, own models included. */
export interface RouterVersion {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly imageDigest: string;
  readonly config: RouterConfig;
}

type OfEveryVersion = Pick<
  RouterDeploymentArgs,
  "namespace" | "scaling" | "resources" | "security" | "environmentSecret" | "credentialsReady" | "serviceAnnotations"
>;

/** What a region's router is made from. */
export interface RouterClusterArgs extends OfEveryVersion {
  /** Where the router's images are, without tag and digest. */
  readonly imageRepository: pulumi.Input<string>;
  readonly versions: Readonly<Record<string, RouterVersion>>;
  readonly rollout: Rollout;
  /** The roots that clients' certificates are checked against, PEM. */
  readonly trustBundlePem: pulumi.Input<string>;
  /** Days that the router's own certificate is valid. @default 90 */
  readonly leafValidityDays?: number;
  /** What weighs requests: a gateway, or a mesh by the router's own Service. Without one only one version may serve. */
  readonly route?: { readonly parents: readonly ParentReference[]; readonly hostnames?: readonly string[] } | undefined;
  /** How the Secrets of providers' keys begin, see `keySecretOf`. @default router-keys */
  readonly keysSecret?: string;
  /** @default vault */
  readonly vaultAudience?: string;
  readonly otlpEndpoint?: string | undefined;
  /** The most that this region's routers spend on models a day, see `dailyLlmUsd`; counted by the stack's budget. */
  readonly llmDailyUsd?: number | undefined;
}

const typeToken = "hybrid-llm:router:RouterCluster";

/**
 * The router in a region's cluster. Each listed version has its configuration there, immutable and named by its content;
 * the stable version and the candidate run, and a route shares the requests out between them.
 *
 * Going back is one value: `weight: 0` takes the candidate out of service at once. After a promotion keep the version
 * before as candidate with the weight 0 for as long as going back must be instant; it runs meanwhile, and costs so.
 *
 * Cost: that of its versions.
 */
export class RouterCluster extends RegionComponent<RegionScope> {
  /** Where callers within the cluster ask. */
  readonly url: string;

  /** @throws ConfigurationError, RangeError */
  constructor(name: string, scope: RegionScope, args: RouterClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const listed = Object.keys(args.versions).sort();
    const serving = servingVersions(args.rollout, listed);
    refuseWeightWithoutRoute(args);
    refuseWithoutDigest(args.versions);
    const rendered = new Map(listed.map((version) => [version, render(scope, version, args)]));
    const { namespace, security, llmDailyUsd } = args;
    const cost = llmDailyUsd === undefined ? {} : { cost: costManifest({ llmDailyUsd }) };
    super(typeToken, name, scope, { rollout: { ...args.rollout }, versions: listed, ...cost }, opts);
    this.url = `${security.mode === "tls" ? "https" : "http"}://router.${namespace}.svc:${portOf(security)}`;

    new kubernetes.core.v1.ServiceAccount(
      this.named("service-account"),
      {
        metadata: { name: shared.serviceAccount, namespace, labels: labelsOf({ name: shared.workload }) },
        automountServiceAccountToken: false,
      },
      this.own(),
    );
    if (security.mode === "tls") this.#createCertificate(args, security, serving);
    new kubernetes.core.v1.ConfigMap(
      this.named("trust"),
      {
        metadata: { name: shared.trustConfigMap, namespace, labels: labelsOf({ name: shared.workload }) },
        data: { "ca.pem": args.trustBundlePem },
      },
      this.own(),
    );
    const configs = new Map(listed.map((version) => [version, this.#createConfigMap(version, rendered, args)]));
    const deployments = serving.map((version) => this.#createVersion(version, rendered, configs, args));
    this.#createFront(args, deployments);
    this.#createRoute(args, listed, deployments);
    this.registerOutputs({ url: this.url });
  }

  #createCertificate(
    { namespace, leafValidityDays, route }: RouterClusterArgs,
    { issuer }: Extract<ListenerSecurity, { mode: "tls" }>,
    serving: readonly string[],
  ): void {
    const labels = labelsOf({ name: shared.workload });
    new kubernetes.apiextensions.CustomResource(
      this.named("certificate"),
      certificate(
        { name: shared.certificateSecret, namespace, labels },
        leafSpec({
          secretName: shared.certificateSecret,
          issuer,
          commonName: shared.workload,
          dnsNames: [...serviceNames(namespace, serving), ...(route?.hostnames ?? [])],
          // It serves with it, and asks itself.
          usages: ["server auth", "client auth"],
          validityDays: leafValidityDays,
        }),
      ),
      this.own(),
    );
  }

  #createConfigMap(
    version: string,
    rendered: ReadonlyMap<string, RenderedConfig>,
    { namespace }: RouterClusterArgs,
  ): kubernetes.core.v1.ConfigMap {
    const { name, json } = found(rendered, version);
    return new kubernetes.core.v1.ConfigMap(
      this.named(`${version}-config`),
      {
        metadata: { name, namespace, labels: labelsOf({ name: shared.workload, version }) },
        immutable: true,
        data: { "router.json": json },
      },
      this.own(),
    );
  }

  #createVersion(
    version: string,
    rendered: ReadonlyMap<string, RenderedConfig>,
    configs: ReadonlyMap<string, kubernetes.core.v1.ConfigMap>,
    args: RouterClusterArgs,
  ): RouterDeployment {
    const { namespace, security, scaling, resources, environmentSecret, credentialsReady, serviceAnnotations } = args;
    return new RouterDeployment(
      this.named(version),
      this.scope,
      {
        namespace,
        version,
        image: this.#imageOf(version, args),
        config: found(rendered, version),
        security,
        scaling,
        resources,
        environmentSecret,
        credentialsReady,
        serviceAnnotations,
        keysSecret: args.keysSecret ?? "router-keys",
        vaultAudience: args.vaultAudience ?? "vault",
      },
      { parent: this, dependsOn: found(configs, version) },
    );
  }

  #imageOf(version: string, { imageRepository, versions }: RouterClusterArgs): pulumi.Input<string> {
    const at = (repository: string) => this.scope.image(`${repository}@${versions[version]?.imageDigest}`);
    return typeof imageRepository === "string" ? at(imageRepository) : pulumi.output(imageRepository).apply(at);
  }

  /** The one name that callers know. Where nobody routes, it leads to the stable version. */
  #createFront({ namespace, security, rollout, credentialsReady }: RouterClusterArgs, after: RouterDeployment[]): void {
    new kubernetes.core.v1.Service(
      this.named("service"),
      {
        metadata: {
          name: shared.workload,
          namespace,
          labels: labelsOf({ name: shared.workload }),
          ...awaiting(credentialsReady),
        },
        spec: {
          selector: selectorOf({ name: shared.workload, version: rollout.stable }),
          ports: [{ name: "http", port: portOf(security), targetPort: "http" }],
        },
      },
      this.own({ dependsOn: after }),
    );
  }

  #createRoute(
    { namespace, security, rollout, route }: RouterClusterArgs,
    listed: string[],
    after: RouterDeployment[],
  ) {
    if (route === undefined) return;
    new kubernetes.apiextensions.CustomResource(
      this.named("route"),
      httpRoute(
        { name: shared.workload, namespace, labels: labelsOf({ name: shared.workload }) },
        {
          parentRefs: [...route.parents],
          ...(route.hostnames === undefined ? {} : { hostnames: [...route.hostnames] }),
          rules: [
            {
              matches: [{ path: { type: "PathPrefix", value: "/" } }],
              backendRefs: backendReferences(rollout, listed, portOf(security)),
            },
          ],
        },
      ),
      // Requests move when the version is ready, not before.
      this.own({ dependsOn: after }),
    );
  }
}

function render(scope: RegionScope, version: string, args: RouterClusterArgs): RenderedConfig {
  const { config } = found(new Map(Object.entries(args.versions)), version);
  return renderClusterConfig(scope, { version, config, security: args.security, otlpEndpoint: args.otlpEndpoint });
}

function found<T>(map: ReadonlyMap<string, T>, key: string): T {
  const value = map.get(key);
  if (value === undefined) throw new RangeError(`${key} is not listed`);
  return value;
}
