import type * as kubernetes from "@pulumi/kubernetes";
import { restrictedContainer, restrictedPod, selectorOf, topologySpread } from "../workload/index.ts";
import { tritonServer } from "./models.ts";
import { containerResources, type ModelResources, placementOf } from "./placement.ts";
import { type ModelRepository, repositoryVolumes } from "./repository.ts";

export const tritonPorts = { http: tritonServer.port, grpc: 8001, metrics: 8002 };
const scripts = "/etc/hybrid-llm";

/** What a pod of Triton is made from. */
export interface TritonPodArgs {
  /** With its digest, and from the region's mirror. */
  readonly image: string;
  readonly repository: ModelRepository;
  /** The ConfigMap with the loader. */
  readonly settings: string;
  readonly serviceAccount: string;
  readonly resources: ModelResources;
}

export function tritonPod({
  image,
  repository,
  settings,
  serviceAccount,
  resources,
}: TritonPodArgs): kubernetes.types.input.core.v1.PodSpec {
  const { volumes, volumeMounts } = repositoryVolumes(repository);
  const health = (path: string) => ({ httpGet: { path: `/v2/health/${path}`, port: "http" } });
  return {
    serviceAccountName: serviceAccount,
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
          `--http-port=${tritonPorts.http}`,
          `--grpc-port=${tritonPorts.grpc}`,
          `--metrics-port=${tritonPorts.metrics}`,
        ],
        env: [{ name: "HOME", value: "/tmp" }],
        ports: Object.entries(tritonPorts).map(([name, containerPort]) => ({ name, containerPort })),
        resources: containerResources(resources),
        securityContext: restrictedContainer(),
        lifecycle: {
          // Until it has ended the container is not ready; when it fails it begins anew.
          postStart: {
            exec: {
              command: [
                "python3",
                `${scripts}/load_models.py`,
                `http://127.0.0.1:${tritonPorts.http}`,
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
