import type { CustomObject, ObjectName } from "../workload/index.ts";

/** How many replicas a model server has: a fixed number, or one that follows its queue. Never both. */
export type ModelScaling =
  | { readonly replicas: number; readonly queue?: never }
  | { readonly queue: QueueScaling; readonly replicas?: never };

export interface QueueScaling {
  readonly minReplicas: number;
  /** At most the pool's accelerators. */
  readonly maxReplicas: number;
  /** Requests that one replica may have before there is another. */
  readonly requestsPerReplica: number;
  /** Prometheus' address. */
  readonly prometheus: string;
}

/**
 * From a stack's number of replicas up to what the pool has room for; fixed where there is no more room, or nobody who
 * could tell of the queue.
 */
export function scalingWithin(
  replicas: number,
  room: { readonly maxReplicas: number; readonly requestsPerReplica: number; readonly prometheus: string | undefined },
): ModelScaling {
  const { maxReplicas, requestsPerReplica, prometheus } = room;
  if (prometheus === undefined || maxReplicas <= replicas) return { replicas };
  return { queue: { minReplicas: replicas, maxReplicas, requestsPerReplica, prometheus } };
}

interface ScaledObjectSpec {
  readonly scaleTargetRef: {
    readonly apiVersion: "apps/v1";
    readonly kind: "Deployment" | "StatefulSet";
    readonly name: string;
  };
  readonly minReplicaCount: number;
  readonly maxReplicaCount: number;
  readonly pollingInterval: number;
  /** What holds while Prometheus can't be asked. */
  readonly fallback: { readonly failureThreshold: number; readonly replicas: number };
  readonly advanced: {
    readonly horizontalPodAutoscalerConfig: {
      readonly behavior: Record<
        "scaleUp" | "scaleDown",
        {
          readonly stabilizationWindowSeconds: number;
          readonly policies: { readonly type: "Pods"; readonly value: number; readonly periodSeconds: number }[];
        }
      >;
    };
  };
  readonly triggers: {
    readonly type: "prometheus";
    readonly metricType: "AverageValue";
    readonly metadata: { readonly serverAddress: string; readonly query: string; readonly threshold: string };
  }[];
}

/** https://keda.sh/docs/latest/reference/scaledobject-spec/ */
export type ScaledObject = CustomObject<"keda.sh/v1alpha1", "ScaledObject", ScaledObjectSpec>;

/** Requests that wait in Triton for a batch: nothing else tells of load before answers get slow. */
export const tritonQueue = (namespace: string): string =>
  `sum(nv_inference_pending_request_count{namespace="${namespace}"})`;

/**
 * Ollama tells of no queue; the router knows how many ask. The seconds spent answering in each second are the requests
 * that are being answered at the same time (Little's law), of this backend alone: the router's own gauge counts also those
 * that others answer.
 */
export const ollamaLoad = 'sum(rate(gen_ai_client_operation_duration_seconds_sum{gen_ai_provider_name="ollama"}[2m]))';

/** A replica at a time: each may want a node with an accelerator, which takes minutes and costs by the hour. */
export function scaledObject(
  metadata: ObjectName,
  target: ScaledObjectSpec["scaleTargetRef"]["kind"],
  { minReplicas, maxReplicas, requestsPerReplica, prometheus }: QueueScaling,
  query: string,
): ScaledObject {
  const one = (periodSeconds: number) => [{ type: "Pods" as const, value: 1, periodSeconds }];
  return {
    apiVersion: "keda.sh/v1alpha1",
    kind: "ScaledObject",
    metadata,
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: target, name: metadata.name },
      minReplicaCount: minReplicas,
      maxReplicaCount: maxReplicas,
      pollingInterval: 15,
      fallback: { failureThreshold: 4, replicas: minReplicas },
      advanced: {
        horizontalPodAutoscalerConfig: {
          behavior: {
            scaleUp: { stabilizationWindowSeconds: 0, policies: one(60) },
            scaleDown: { stabilizationWindowSeconds: 600, policies: one(300) },
          },
        },
      },
      triggers: [
        {
          type: "prometheus",
          metricType: "AverageValue",
          metadata: { serverAddress: prometheus, query, threshold: String(requestsPerReplica) },
        },
      ],
    },
  };
}

/** The fewest and the most that there may be. */
export const modelReplicas = (scaling: ModelScaling): { readonly min: number; readonly max: number } =>
  scaling.queue === undefined
    ? { min: scaling.replicas, max: scaling.replicas }
    : { min: scaling.queue.minReplicas, max: scaling.queue.maxReplicas };
