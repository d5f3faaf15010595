import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import {
  awaitedFor,
  disruptionBudget,
  labelsOf,
  restrictedContainer,
  restrictedPod,
  selectorOf,
  topologySpread,
} from "../workload/index.ts";
import { addressOf, ollamaServer } from "./models.ts";
import { containerResources, type ModelResources, placementOf, readyWithinSeconds } from "./placement.ts";
import { pullOrders, pullScript } from "./pull.ts";
import { type ModelScaling, modelReplicas, ollamaLoad, scaledObject } from "./scaling.ts";
import { imageOf } from "./versions.ts";

/** What a pool of Ollamas is made from. */
export interface OllamaArgs {
  readonly namespace: string;
  /** With its digest. @default that of `modelServers` */
  readonly image?: string | undefined;
  /** The first is the default model. */
  readonly models: readonly string[];
  /** Of each replica's volume, which all models must fit on. */
  readonly storageGiB: number;
  /** The cluster's default class where absent. */
  readonly storageClass?: string | undefined;
  /** `https://` and a registry's host that mirrors the models; Ollama's own by default. */
  readonly modelStore?: string | undefined;
  readonly scaling: ModelScaling;
  readonly resources: ModelResources;
  /** Requests that a replica answers at the same time; the others wait. @default 4 */
  readonly parallel?: number;
}

const typeToken = "hybrid-llm:models:Ollama";
const modelFolder = "/var/lib/ollama";

/**
 * A pool of Ollamas, each with a volume of its own on which the models are before it takes a request. A replica that comes
 * back finds its volume again; with the pool they go.
 *
 * Cost: for each replica the requested CPU and memory, its accelerators on nodes of the pool, and `storageGiB` of volume;
 * volumes are kept for replicas that were there once, up to `maxReplicas`.
 */
export class Ollama extends RegionComponent<RegionScope> {
  readonly url: string;

  /** @throws RangeError for a model's name or a store that is none */
  constructor(name: string, scope: RegionScope, args: OllamaArgs, opts?: pulumi.ComponentResourceOptions) {
    const script = pullScript(pullOrders(args.models, args.modelStore));
    const { min, max } = modelReplicas(args.scaling);
    const { resources, storageGiB } = args;
    const gpus = resources.pool === undefined ? 0 : (resources.pool.gpus ?? 1);
    const facts = { models: [...args.models], minReplicas: min, maxReplicas: max, gpusPerReplica: gpus, storageGiB };
    super(typeToken, name, scope, facts, opts);
    this.url = addressOf(ollamaServer, args.namespace);
    const party = { name: ollamaServer.name };
    const metadata = { name: ollamaServer.name, namespace: args.namespace, labels: labelsOf(party) };
    const selector = selectorOf(party);
    const service = (what: string, serviceName: string, more: { clusterIP?: string }) =>
      new kubernetes.core.v1.Service(
        this.named(what),
        {
          metadata: { ...metadata, name: serviceName },
          spec: { ...more, selector, ports: [{ name: "http", port: ollamaServer.port, targetPort: "http" }] },
        },
        this.own(),
      );

    new kubernetes.core.v1.ServiceAccount(
      this.named("service-account"),
      { metadata, automountServiceAccountToken: false },
      this.own(),
    );
    service("service", ollamaServer.name, {});
    service("pods", podService, { clusterIP: "None" });
    const pods = new kubernetes.apps.v1.StatefulSet(
      this.named("pool"),
      {
        metadata: { ...metadata, ...awaitedFor(readyWithinSeconds) },
        spec: {
          ...(args.scaling.queue === undefined ? { replicas: args.scaling.replicas } : {}),
          serviceName: podService,
          podManagementPolicy: "Parallel",
          selector: { matchLabels: selector },
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" },
          volumeClaimTemplates: [claimOf(args)],
          template: {
            metadata: { labels: labelsOf(party) },
            spec: podSpec(this.scope.image(imageOf("ollama", args.image)), script, args),
          },
        },
      },
      this.own(args.scaling.queue === undefined ? {} : { ignoreChanges: ["spec.replicas"] }),
    );
    new kubernetes.policy.v1.PodDisruptionBudget(
      this.named("disruption-budget"),
      { metadata, spec: disruptionBudget(selector) },
      this.own(),
    );
    if (args.scaling.queue !== undefined) {
      new kubernetes.apiextensions.CustomResource(
        this.named("scaler"),
        scaledObject(metadata, "StatefulSet", args.scaling.queue, ollamaLoad),
        this.own({ dependsOn: pods }),
      );
    }
    this.registerOutputs({ url: this.url });
  }
}

const podService = "ollama-pods";

const claimOf = ({ storageGiB, storageClass }: OllamaArgs): kubernetes.types.input.core.v1.PersistentVolumeClaim => ({
  metadata: { name: "models" },
  spec: {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: `${storageGiB}Gi` } },
    ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
  },
});

function podSpec(image: string, script: string, args: OllamaArgs): kubernetes.types.input.core.v1.PodSpec {
  const { resources, parallel = 4 } = args;
  const ask = { httpGet: { path: "/api/version", port: "http" } };
  const environment = (host: string) => [
    { name: "HOME", value: "/tmp" },
    { name: "OLLAMA_HOST", value: host },
    { name: "OLLAMA_MODELS", value: `${modelFolder}/models` },
  ];
  const container = {
    image,
    securityContext: restrictedContainer(),
    volumeMounts: [
      { name: "models", mountPath: modelFolder },
      { name: "scratch", mountPath: "/tmp" },
    ],
  };
  return {
    serviceAccountName: ollamaServer.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: restrictedPod(),
    // An answer that is under way is given to its end.
    terminationGracePeriodSeconds: 120,
    topologySpreadConstraints: topologySpread(selectorOf({ name: ollamaServer.name })),
    ...placementOf(resources),
    initContainers: [
      {
        ...container,
        name: "pull",
        command: ["/bin/sh", "-c", script],
        env: environment(`127.0.0.1:${ollamaServer.port}`),
        resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { memory: "1Gi" } },
      },
    ],
    containers: [
      {
        ...container,
        name: "ollama",
        args: ["serve"],
        env: [
          ...environment(`0.0.0.0:${ollamaServer.port}`),
          // Loading one takes longer than a client waits.
          { name: "OLLAMA_KEEP_ALIVE", value: "-1" },
          { name: "OLLAMA_MAX_LOADED_MODELS", value: String(args.models.length) },
          { name: "OLLAMA_NUM_PARALLEL", value: String(parallel) },
        ],
        ports: [{ name: "http", containerPort: ollamaServer.port }],
        resources: containerResources(resources),
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
        startupProbe: { ...ask, periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 60 },
        readinessProbe: { ...ask, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 2 },
        livenessProbe: { ...ask, periodSeconds: 15, timeoutSeconds: 10, failureThreshold: 6 },
      },
    ],
    volumes: [{ name: "scratch", emptyDir: { sizeLimit: "1Gi" } }],
  };
}
