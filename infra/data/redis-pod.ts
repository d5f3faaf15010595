import type * as kubernetes from "@pulumi/kubernetes";
import { labelsOf, restrictedContainer, restrictedPod, selectorOf, topologySpread } from "../workload/index.ts";
import { ports, storeSecrets, stores } from "./places.ts";
import { pingScript, type RedisFlavor, redisMounts, renewScript, startScript } from "./redis-settings.ts";

type PodSpec = kubernetes.types.input.core.v1.PodSpec;
type Volumes = {
  volumes: kubernetes.types.input.core.v1.Volume[];
  mounts: kubernetes.types.input.core.v1.VolumeMount[];
};

const party = { name: stores.redis };

/** What a pod mounts that serves, or one that only asks. */
export function redisVolumes(client: boolean): Volumes {
  const all = [
    { name: "tls", at: redisMounts.tls, secret: { secretName: storeSecrets.redisCertificate, defaultMode: 0o440 } },
    {
      name: "password",
      at: redisMounts.password,
      secret: { secretName: storeSecrets.redisPassword, defaultMode: 0o440 },
    },
    ...(client ? [] : [{ name: "settings", at: redisMounts.settings, configMap: { name: stores.redis } }]),
  ];
  return {
    volumes: all.map(({ at: _, ...volume }) => volume),
    mounts: all.map(({ name, at }) => ({ name, mountPath: at, readOnly: true })),
  };
}

/** A server, and beside it what tells it of a renewed certificate. */
export function redisPod(args: {
  readonly image: string;
  readonly flavor: RedisFlavor;
  readonly cluster: boolean;
  readonly memoryGiB: number;
}): kubernetes.types.input.core.v1.PodTemplateSpec {
  const { image, flavor, cluster, memoryGiB } = args;
  const { volumes, mounts } = redisVolumes(false);
  const ping = { exec: { command: ["/bin/sh", "-c", pingScript(flavor)] }, timeoutSeconds: 5 };
  return {
    metadata: { labels: labelsOf(party) },
    spec: {
      serviceAccountName: stores.redis,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: restrictedPod(),
      terminationGracePeriodSeconds: 60,
      topologySpreadConstraints: topologySpread(selectorOf(party)),
      containers: [
        {
          name: flavor,
          image,
          command: ["/bin/sh", "-c", startScript(flavor, cluster)],
          env: [{ name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
          ports: [
            { name: "redis", containerPort: ports.redis },
            { name: "bus", containerPort: ports.redisBus },
          ],
          resources: {
            requests: { cpu: "250m", memory: `${memoryGiB}Gi` },
            limits: { memory: `${memoryGiB}Gi` },
          },
          securityContext: restrictedContainer(),
          startupProbe: { ...ping, periodSeconds: 5, failureThreshold: 120 },
          readinessProbe: { ...ping, periodSeconds: 5, failureThreshold: 2 },
          livenessProbe: { ...ping, periodSeconds: 15, failureThreshold: 8 },
          volumeMounts: [
            ...mounts,
            { name: "data", mountPath: redisMounts.data },
            { name: "scratch", mountPath: redisMounts.scratch },
          ],
        },
        {
          name: "renewer",
          image,
          command: ["/bin/sh", "-c", renewScript(flavor)],
          resources: { requests: { cpu: "5m", memory: "16Mi" }, limits: { memory: "32Mi" } },
          securityContext: restrictedContainer(),
          volumeMounts: mounts,
        },
      ],
      volumes: [...volumes, { name: "scratch", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } }],
    },
  };
}

/** A pod that asks the servers once. */
export const toolPod = (image: string, script: string, { volumes, mounts }: Volumes): PodSpec => ({
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  restartPolicy: "OnFailure",
  securityContext: restrictedPod(),
  containers: [
    {
      name: "join",
      image,
      command: ["/bin/sh", "-c", script],
      resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "64Mi" } },
      securityContext: restrictedContainer(),
      volumeMounts: mounts,
    },
  ],
  volumes,
});
