import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { imageParts, requested } from "../charts/index.ts";
import { namespaces } from "../network-policy/index.ts";
import { RegionComponent, type RegionScope } from "../region/index.ts";
import { labelsOf, restrictedContainer, restrictedPod, selectorOf } from "../workload/index.ts";
import { ports, stores } from "./places.ts";
import { dataImages } from "./versions.ts";

/** What Chroma is made from. */
export interface ChromaArgs {
  readonly storageGiB: number;
  /** Kubernetes quantities; the memory is also the limit. @default 250m CPU, 1 GiB */
  readonly resources?: { readonly cpu: string; readonly memory: string };
}

const typeToken = "hybrid-llm:data:Chroma";
const party = { name: stores.chroma };
const folders = { settings: "/etc/chroma", data: "/data" } as const;

/**
 * ChromaDB: one server with a volume that outlives it. It knows no password; the network policy lets the router in alone.
 *
 * Cost: 250m CPU and 1 GiB, `storageGiB` of volume.
 */
export class Chroma extends RegionComponent<RegionScope> {
  constructor(name: string, scope: RegionScope, args: ChromaArgs, opts?: pulumi.ComponentResourceOptions) {
    const { storageGiB, resources = { cpu: "250m", memory: "1Gi" } } = args;
    super(typeToken, name, scope, { storageGiB }, opts);
    const metadata = { name: stores.chroma, namespace: namespaces.data, labels: labelsOf(party) };
    const settings = new kubernetes.core.v1.ConfigMap(
      this.named("settings"),
      { metadata, data: { "config.yaml": chromaSettings } },
      this.own(),
    );
    new kubernetes.core.v1.ServiceAccount(
      this.named("service-account"),
      { metadata, automountServiceAccountToken: false },
      this.own(),
    );
    new kubernetes.core.v1.Service(
      this.named("service"),
      {
        metadata,
        spec: { selector: selectorOf(party), ports: [{ name: "http", port: ports.chroma, targetPort: "http" }] },
      },
      this.own(),
    );
    new kubernetes.apps.v1.StatefulSet(
      this.named("server"),
      {
        metadata,
        spec: {
          replicas: 1,
          serviceName: stores.chroma,
          selector: { matchLabels: selectorOf(party) },
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
          volumeClaimTemplates: [
            {
              metadata: { name: "data" },
              spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: `${storageGiB}Gi` } } },
            },
          ],
          template: {
            metadata: { labels: labelsOf(party) },
            spec: podSpec(imageParts(scope, dataImages.chroma).reference, resources),
          },
        },
      },
      this.own({ dependsOn: settings, protect: scope.production }),
    );
    this.registerOutputs({});
  }
}

const chromaSettings = [
  `port: ${ports.chroma}`,
  'listen_address: "0.0.0.0"',
  `persist_path: "${folders.data}"`,
  "allow_reset: false",
  "",
].join("\n");

function podSpec(image: string, resources: { cpu: string; memory: string }): kubernetes.types.input.core.v1.PodSpec {
  const ask = { httpGet: { path: "/api/v2/heartbeat", port: "http" }, timeoutSeconds: 5 };
  return {
    serviceAccountName: stores.chroma,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: restrictedPod(),
    containers: [
      {
        name: "chroma",
        image,
        args: ["run", `${folders.settings}/config.yaml`],
        env: [{ name: "HOME", value: "/tmp" }],
        ports: [{ name: "http", containerPort: ports.chroma }],
        resources: requested(resources),
        securityContext: restrictedContainer(),
        startupProbe: { ...ask, periodSeconds: 2, failureThreshold: 60 },
        readinessProbe: { ...ask, periodSeconds: 5, failureThreshold: 2 },
        livenessProbe: { ...ask, periodSeconds: 15, failureThreshold: 6 },
        volumeMounts: [
          { name: "settings", mountPath: folders.settings, readOnly: true },
          { name: "data", mountPath: folders.data },
          { name: "scratch", mountPath: "/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "settings", configMap: { name: stores.chroma } },
      { name: "scratch", emptyDir: { sizeLimit: "256Mi" } },
    ],
  };
}
