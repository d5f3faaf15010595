import { createHash } from "node:crypto";
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { imageParts, type Resources } from "../charts/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { type ImageVersion, images } from "../versions.ts";
import {
  disruptionBudget,
  labelsOf,
  restrictedContainer,
  restrictedPod,
  selectorOf,
  topologySpread,
} from "../workload/index.ts";
import {
  collectorConfig,
  collectorHost,
  jaegerConfig,
  type SpanStore,
  tracingNames,
  tracingPorts,
} from "./tracing-config.ts";

/** What takes and keeps spans is made from. */
export interface TracingArgs {
  /** Must be there. */
  readonly namespace: string;
  readonly store: SpanStore;
  readonly retentionDays: number;
  /** Of Jaeger's volume. */
  readonly storageGiB: number;
}

const typeToken = "hybrid-llm:observability:Tracing";
const collectorResources: Resources = { cpu: "100m", memory: "256Mi" };
const jaegerResources: Resources = { cpu: "200m", memory: "1Gi" };

type PodSpec = kubernetes.types.input.core.v1.PodSpec;

interface Part {
  readonly name: string;
  readonly image: ImageVersion;
  readonly config: Record<string, unknown>;
  readonly resources: Resources;
  readonly healthPath: string;
  readonly ports: Readonly<Record<string, number>>;
}

/**
 * OpenTelemetry's collector, and Jaeger behind it where no other store of spans is named. Jaeger keeps them on a volume, in
 * one process: while it moves to another node the collector's queue waits.
 *
 * Cost: 100m CPU and 256 MiB, twice that in production; Jaeger 200m, 1 GiB and its volume.
 */
export class Tracing extends RegionComponent<RegionScope> {
  /** OTLP over HTTP, within the cluster. */
  readonly otlpEndpoint: string;

  constructor(name: string, scope: RegionScope, args: TracingArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, store, retentionDays, storageGiB } = args;
    super(typeToken, name, scope, { store: store.kind, storageGiB: store.kind === "jaeger" ? storageGiB : 0 }, opts);
    this.otlpEndpoint = `http://${collectorHost(namespace)}:${tracingPorts.otlpHttp}`;
    const otlp = {
      "otlp-grpc": tracingPorts.otlpGrpc,
      "otlp-http": tracingPorts.otlpHttp,
      metrics: tracingPorts.metrics,
    };
    this.#createCollector(namespace, {
      name: tracingNames.collector,
      image: images.collector,
      config: collectorConfig(store, namespace),
      resources: collectorResources,
      healthPath: "/",
      ports: otlp,
    });
    if (store.kind === "jaeger") {
      this.#createJaeger(namespace, storageGiB, {
        name: tracingNames.jaeger,
        image: images.jaeger,
        config: jaegerConfig(retentionDays),
        resources: jaegerResources,
        healthPath: "/status",
        ports: { ...otlp, ui: tracingPorts.ui },
      });
    }
    this.registerOutputs({ otlpEndpoint: this.otlpEndpoint });
  }

  #createCollector(namespace: string, part: Part): void {
    const replicas = this.scope.production ? 2 : 1;
    const selector = selectorOf({ name: part.name });
    const { metadata, configMap, hash, after } = this.#shared(namespace, part);
    new kubernetes.apps.v1.Deployment(
      this.named(part.name),
      {
        metadata,
        spec: {
          replicas,
          selector: { matchLabels: selector },
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          template: {
            metadata: { labels: metadata.labels, annotations: { "hybrid-llm/config": hash } },
            spec: { ...this.#pod(part, configMap), topologySpreadConstraints: topologySpread(selector) },
          },
        },
      },
      after,
    );
    new kubernetes.policy.v1.PodDisruptionBudget(
      this.named(`${part.name}-disruption-budget`),
      { metadata, spec: disruptionBudget(selector) },
      this.own(),
    );
  }

  #createJaeger(namespace: string, storageGiB: number, part: Part): void {
    const { metadata, configMap, hash, after } = this.#shared(namespace, part);
    new kubernetes.apps.v1.StatefulSet(
      this.named(part.name),
      {
        metadata,
        spec: {
          // Badger, its store, is opened by one process alone.
          replicas: 1,
          serviceName: part.name,
          selector: { matchLabels: selectorOf({ name: part.name }) },
          template: {
            metadata: { labels: metadata.labels, annotations: { "hybrid-llm/config": hash } },
            spec: this.#pod(part, configMap, [{ name: "spans", mountPath: "/var/lib/jaeger" }]),
          },
          volumeClaimTemplates: [
            {
              metadata: { name: "spans" },
              spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: `${storageGiB}Gi` } } },
            },
          ],
        },
      },
      after,
    );
  }

  #shared(namespace: string, { name, config, ports }: Part) {
    const metadata = { name, namespace, labels: labelsOf({ name }) };
    const text = stringify(config, { sortMapEntries: true });
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
    const made = new kubernetes.core.v1.ConfigMap(
      this.named(`${name}-config`),
      { metadata: { ...metadata, name: `${name}-${hash}` }, immutable: true, data: { "config.yaml": text } },
      this.own(),
    );
    new kubernetes.core.v1.Service(
      this.named(`${name}-service`),
      {
        metadata,
        spec: {
          selector: selectorOf({ name }),
          ports: Object.entries(ports).map(([port, number]) => ({ name: port, port: number, targetPort: port })),
        },
      },
      this.own(),
    );
    return { metadata, configMap: `${name}-${hash}`, hash, after: this.own({ dependsOn: made }) };
  }

  #pod(
    { name, image, resources, healthPath, ports }: Part,
    configMap: string,
    writable: { name: string; mountPath: string }[] = [],
  ): PodSpec {
    const probe = { httpGet: { path: healthPath, port: tracingPorts.health } };
    return {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: restrictedPod(),
      containers: [
        {
          name,
          image: imageParts(this.scope, image).reference,
          args: ["--config=/etc/hybrid-llm/config.yaml"],
          ports: Object.entries(ports).map(([port, containerPort]) => ({ name: port, containerPort })),
          resources: {
            requests: { cpu: resources.cpu, memory: resources.memory },
            limits: { memory: resources.memory },
          },
          securityContext: restrictedContainer(),
          readinessProbe: { ...probe, periodSeconds: 5 },
          livenessProbe: { ...probe, periodSeconds: 10, failureThreshold: 6 },
          volumeMounts: [{ name: "config", mountPath: "/etc/hybrid-llm", readOnly: true }, ...writable],
        },
      ],
      volumes: [{ name: "config", configMap: { name: configMap } }],
    };
  }
}
