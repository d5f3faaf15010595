import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { awaiting, disruptionBudget, type Labels, labelsOf, selectorOf } from "../workload/index.ts";
import type { RenderedConfig } from "./cluster-config.ts";
import { type ListenerSecurity, portOf } from "./listener.ts";
import { routerPod, shared } from "./pod.ts";
import { versionName } from "./rollout.ts";
import { autoscalerSpec, replicaRange, type Scaling } from "./scaling.ts";

/** What one version of the router is made from. */
export interface RouterDeploymentArgs {
  readonly namespace: string;
  readonly version: string;
  /** With its digest, and from the region's mirror. */
  readonly image: pulumi.Input<string>;
  readonly config: RenderedConfig;
  readonly security: ListenerSecurity;
  readonly scaling: Scaling;
  /** Kubernetes quantities; the memory is also the limit, the CPU has none. */
  readonly resources: { readonly cpu: string; readonly memory: string };
  readonly environmentSecret: string;
  readonly keysSecret: string;
  readonly vaultAudience: string;
  /** Whether its Secrets come: until Vault is set up pods wait for them, and no deployment for the pods. */
  readonly credentialsReady: boolean;
  /** Of the version's Service: what a gateway reads there. */
  readonly serviceAnnotations?: Readonly<Record<string, string>> | undefined;
}

const typeToken = "hybrid-llm:router:RouterDeployment";

/**
 * One named version of the router that runs: Deployment, Service, disruption budget, and an autoscaler where the number
 * of replicas isn't fixed. A roll-out adds a pod before it takes one away.
 *
 * Cost: the requested CPU and memory of `minReplicas` to `maxReplicas`, on nodes that are there already.
 */
export class RouterDeployment extends RegionComponent<RegionScope> {
  /** The version's Service, by name. */
  readonly serviceName: string;

  constructor(name: string, scope: RegionScope, args: RouterDeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    const { min, max } = replicaRange(args.scaling);
    const { cpu, memory } = args.resources;
    super(typeToken, name, scope, { version: args.version, minReplicas: min, maxReplicas: max, cpu, memory }, opts);
    const party = { name: shared.workload, version: args.version };
    const selector = selectorOf(party);
    this.serviceName = versionName(args.version);
    const metadata = { name: this.serviceName, namespace: args.namespace, labels: labelsOf(party) };

    const deployment = this.#createDeployment(metadata, selector, args);
    new kubernetes.core.v1.Service(
      this.named("service"),
      {
        metadata: {
          ...metadata,
          annotations: { ...args.serviceAnnotations, ...awaiting(args.credentialsReady).annotations },
        },
        spec: { selector, ports: [{ name: "http", port: portOf(args.security), targetPort: "http" }] },
      },
      this.own(),
    );
    new kubernetes.policy.v1.PodDisruptionBudget(
      this.named("disruption-budget"),
      { metadata, spec: disruptionBudget(selector) },
      this.own(),
    );
    if (args.scaling.autoscaling !== undefined) {
      new kubernetes.autoscaling.v2.HorizontalPodAutoscaler(
        this.named("autoscaler"),
        { metadata, spec: autoscalerSpec(this.serviceName, args.scaling.autoscaling) },
        this.own({ dependsOn: deployment }),
      );
    }
    this.registerOutputs({ serviceName: this.serviceName });
  }

  #createDeployment(
    metadata: { name: string; namespace: string; labels: Labels },
    selector: Labels,
    args: RouterDeploymentArgs,
  ): kubernetes.apps.v1.Deployment {
    const { config, scaling, version, security, resources } = args;
    const template = routerPod({
      version,
      image: args.image,
      config: config.config,
      configMap: config.name,
      configHash: config.hash,
      security,
      resources,
      environmentSecret: args.environmentSecret,
      keysSecret: args.keysSecret,
      vaultAudience: args.vaultAudience,
    });
    return new kubernetes.apps.v1.Deployment(
      this.named("deployment"),
      {
        metadata: { ...metadata, ...awaiting(args.credentialsReady) },
        spec: {
          // With an autoscaler nobody else says how many there are.
          ...(scaling.autoscaling === undefined ? { replicas: scaling.replicas } : {}),
          selector: { matchLabels: selector },
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          minReadySeconds: 5,
          progressDeadlineSeconds: 300,
          revisionHistoryLimit: 3,
          template,
        },
      },
      this.own(scaling.autoscaling === undefined ? {} : { ignoreChanges: ["spec.replicas"] }),
    );
  }
}
