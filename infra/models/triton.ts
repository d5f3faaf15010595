import { readFileSync } from "node:fs";
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { configHash, renderJson } from "../../runtime/config/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { labelsOf, restrictedContainer, restrictedPod, selectorOf, topologySpread } from "../workload/index.ts";
import { addressOf, type TritonModel, tritonServer } from "./models.ts";
import { containerResources, type ModelResources, placementOf } from "./placement.ts";
import { type ModelRepository, modelRepository, repositoryVolumes } from "./repository.ts";
import { type ModelScaling, modelReplicas, scaledObject, tritonQueue } from "./scaling.ts";
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
const ports = { http: tritonServer.port, grpc: 8001, metrics: 8002 };
const scripts = "/etc/hybrid-llm";

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
        metadata,
        spec: {
          ...(args.scaling.queue === undefined ? { replicas: args.scaling.replicas } : {}),
          selector: { matchLabels: selectorOf(party) },
          // An accelerator more than the pool has would be waited for without end.
          strategy: {
            type: "RollingUpdate",
            rollingUpdate: { maxSurge: gpus > 0 ? 0 : 1, maxUnavailable: gpus > 0 ? 1 : 0 },
          },
          // Models are loaded from afar, engines built.
          progressDeadlineSeconds: 1800,
          revisionHistoryLimit: 3,
          template: {
            metadata: { labels: labelsOf(party) },
            spec: podSpec(this.scope.image(imageOf("triton", args.image)), repository, settings.name, args),
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
    { name, data }: Settings,
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
          ports: Object.entries(ports).map(([port, number]) => ({ name: port, port: number, targetPort: port })),
        },
      },
      this.own(),
    );
    new kubernetes.policy.v1.PodDisruptionBudget(
      this.named("disruption-budget"),
      {
        metadata,
        spec: { maxUnavailable: 1, selector: { matchLabels: selector }, unhealthyPodEvictionPolicy: "AlwaysAllow" },
      },
      this.own(),
    );
  }
}

/** The loader with what it loads. The name tells the content: a pod that comes back loads what it had. */
interface Settings {
  readonly name: string;
  readonly data: Record<string, string>;
}

function settingsOf(models: readonly TritonModel[]): Settings {
  const data = {
    "load_models.py": readFileSync(new URL("load_models.py", import.meta.url), "utf8"),
    "models.json": renderJson(loadOrders(models)),
  };
  return { name: `triton-models-${configHash(data)}`, data };
}

/** What the loader reads: in order of name, so that another order of the stack is no change. */
export const loadOrders = (models: readonly TritonModel[]) =>
  [...models]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, versions, maxQueueDelayMicroseconds = 0 }) => ({
      name,
      versions: versions.map(({ version }) => version).sort((a, b) => a - b),
      maxQueueDelayMicroseconds,
    }));

function podSpec(
  image: string,
  repository: ModelRepository,
  settings: string,
  { resources, serviceAccount }: TritonArgs,
): kubernetes.types.input.core.v1.PodSpec {
  const { volumes, volumeMounts } = repositoryVolumes(repository);
  const health = (path: string) => ({ httpGet: { path: `/v2/health/${path}`, port: "http" } });
  return {
    serviceAccountName: serviceAccount ?? tritonServer.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: restrictedPod(),
    terminationGracePeriodSeconds: 60,
    topologySpreadConstraints: topologySpread(selectorOf({ name: tritonServer.name })),
    ...placementOf(resources),
    containers: [
      {
        name: "triton",
        image,
        command: ["tritonserver"],
        args: [
          `--model-repository=${repository.path}`,
          "--model-control-mode=explicit",
          "--strict-readiness=true",
          "--exit-timeout-secs=45",
          `--http-port=${ports.http}`,
          `--grpc-port=${ports.grpc}`,
          `--metrics-port=${ports.metrics}`,
        ],
        env: [{ name: "HOME", value: "/tmp" }],
        ports: Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort })),
        resources: containerResources(resources),
        securityContext: restrictedContainer(),
        lifecycle: {
          // Until it has ended the container is not ready; when it fails it begins anew.
          postStart: {
            exec: {
              command: [
                "python3",
                `${scripts}/load_models.py`,
                `http://127.0.0.1:${ports.http}`,
                `${scripts}/models.json`,
              ],
            },
          },
          preStop: { sleep: { seconds: 5 } },
        },
        startupProbe: { ...health("live"), periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 60 },
        readinessProbe: { ...health("ready"), periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 2 },
        livenessProbe: { ...health("live"), periodSeconds: 15, timeoutSeconds: 10, failureThreshold: 6 },
        volumeMounts: [
          { name: "settings", mountPath: scripts, readOnly: true },
          { name: "scratch", mountPath: "/tmp" },
          { name: "shared-memory", mountPath: "/dev/shm" },
          ...volumeMounts,
        ],
      },
    ],
    volumes: [
      { name: "settings", configMap: { name: settings } },
      // What it reads from an object store lies here.
      { name: "scratch", emptyDir: {} },
      // Python models talk to the server through it.
      { name: "shared-memory", emptyDir: { medium: "Memory", sizeLimit: "1Gi" } },
      ...volumes,
    ],
  };
}
