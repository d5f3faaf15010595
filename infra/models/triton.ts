import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { awaitedFor, disruptionBudget, labelsOf, selectorOf } from "../workload/index.ts";
import { addressOf, type TritonModel, tritonServer } from "./models.ts";
import { type ModelResources, readyWithinSeconds } from "./placement.ts";
import { modelRepository } from "./repository.ts";
import { type ModelScaling, modelReplicas, scaledObject, tritonQueue } from "./scaling.ts";
import { tritonPod, tritonPorts } from "./triton-pod.ts";
import { settingsOf, type TritonSettings } from "./triton-settings.ts";
import { imageOf } from "./versions.ts";

/** What Triton is made from. */
export interface TritonArgs {
  readonly namespace: string;
  /** With its digest. @default that of `modelServers` */
  readonly image?: string | undefined;
  /** See `modelRepository`. */
  readonly repository: string;
  readonly models: readonly TritonModel[];
  readonly scaling: ModelScaling;
  readonly resources: ModelResources;
  /** Read an object store with this identity; made where absent, with no rights. */
  readonly serviceAccount?: string;
}

const typeToken = "hybrid-llm:models:Triton";

/**
 * NVIDIA Triton with the models of the stack. Which ones, and in which versions, is told to it (explicit control): nothing
 * is loaded because it lies in the repository. A pod takes requests when all of its models are loaded.
 *
 * Cost: for each replica the requested CPU and memory, and its accelerators on nodes of the pool, up to `maxReplicas`.
 */
export class Triton extends RegionComponent<RegionScope> {
  readonly url: string;

  /** @throws RangeError where the repository is none */
  constructor(name: string, scope: RegionScope, args: TritonArgs, opts?: pulumi.ComponentResourceOptions) {
    const repository = modelRepository(args.repository);
    const { min, max } = modelReplicas(args.scaling);
    const gpus = args.resources.pool === undefined ? 0 : (args.resources.pool.gpus ?? 1);
    const models = args.models.map((model) => model.name);
    super(typeToken, name, scope, { models, minReplicas: min, maxReplicas: max, gpusPerReplica: gpus }, opts);
    this.url = addressOf(tritonServer, args.namespace);
    const party = { name: tritonServer.name };
    const metadata = { name: tritonServer.name, namespace: args.namespace, labels: labelsOf(party) };

    const settings = settingsOf(args.models);
    const made = this.#createSettings(metadata, settings);
    if (args.serviceAccount === undefined) {
      new kubernetes.core.v1.ServiceAccount(
        this.named("service-account"),
        { metadata, automountServiceAccountToken: false },
        this.own(),
      );
    }
    const deployment = new kubernetes.apps.v1.Deployment(
      this.named("deployment"),
      {
        metadata: { ...metadata, ...awaitedFor(readyWithinSeconds) },
        spec: {
          ...(args.scaling.queue === undefined ? { replicas: args.scaling.replicas } : {}),
          selector: { matchLabels: selectorOf(party) },
          // An accelerator more than the pool has would be waited for without end.
          strategy: {
            type: "RollingUpdate",
            rollingUpdate: { maxSurge: gpus > 0 ? 0 : 1, maxUnavailable: gpus > 0 ? 1 : 0 },
          },
          progressDeadlineSeconds: readyWithinSeconds,
          revisionHistoryLimit: 3,
          template: {
            metadata: { labels: labelsOf(party) },
            spec: tritonPod({
              image: this.scope.image(imageOf("triton", args.image)),
              repository,
              settings: settings.name,
              serviceAccount: args.serviceAccount ?? tritonServer.name,
              resources: args.resources,
            }),
          },
        },
      },
      this.own({
        dependsOn: made,
        ...(args.scaling.queue === undefined ? {} : { ignoreChanges: ["spec.replicas"] }),
      }),
    );
    this.#createService(metadata);
    if (args.scaling.queue !== undefined) {
      new kubernetes.apiextensions.CustomResource(
        this.named("scaler"),
        scaledObject(metadata, "Deployment", args.scaling.queue, tritonQueue(args.namespace)),
        this.own({ dependsOn: deployment }),
      );
    }
    this.registerOutputs({ url: this.url });
  }

  #createSettings(
    metadata: { name: string; namespace: string; labels: Record<string, string> },
    { name, data }: TritonSettings,
  ): kubernetes.core.v1.ConfigMap {
    return new kubernetes.core.v1.ConfigMap(
      this.named("models"),
      { metadata: { ...metadata, name }, immutable: true, data },
      this.own(),
    );
  }

  #createService(metadata: { name: string; namespace: string; labels: Record<string, string> }): void {
    const selector = selectorOf({ name: tritonServer.name });
    new kubernetes.core.v1.Service(
      this.named("service"),
      {
        metadata,
        spec: {
          selector,
          ports: Object.entries(tritonPorts).map(([port, number]) => ({ name: port, port: number, targetPort: port })),
        },
      },
      this.own(),
    );
    new kubernetes.policy.v1.PodDisruptionBudget(
      this.named("disruption-budget"),
      { metadata, spec: disruptionBudget(selector) },
      this.own(),
    );
  }
}
