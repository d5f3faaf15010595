import type * as kubernetes from "@pulumi/kubernetes";
import { routerMetrics } from "../observability/metrics.ts";

/** How many replicas follow the load. */
export interface Autoscaling {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Of the requested CPU, on average. */
  readonly cpuPercent: number;
  /** Requests under way per replica; needs `MetricsAdapter` in the cluster. */
  readonly inFlightPerReplica?: number | undefined;
}

/** A fixed number, or one that follows the load; never both, because they would overwrite each other. */
export type Scaling =
  | { readonly replicas: number; readonly autoscaling?: never }
  | { readonly autoscaling: Autoscaling; readonly replicas?: never };

/** The router's own gauge. */
export const inFlightMetric = routerMetrics.requestsActive;

/** What holds where a stack says nothing: three in production, so that a zone can be lost, else one. */
export const defaultAutoscaling = (production: boolean): Autoscaling => ({
  minReplicas: production ? 3 : 1,
  maxReplicas: 10,
  cpuPercent: 50,
});

/** As a stack says it; its rules let no more than one of the two through. */
export function scalingOf(
  { replicas, autoscaling }: { readonly replicas?: number | undefined; readonly autoscaling?: Autoscaling | undefined },
  production: boolean,
): Scaling {
  return replicas === undefined ? { autoscaling: autoscaling ?? defaultAutoscaling(production) } : { replicas };
}

type Spec = kubernetes.types.input.autoscaling.v2.HorizontalPodAutoscalerSpec;

/**
 * Requests under way come first: a router waits more than it works, so that its CPU tells late. The highest of the two
 * counts; where the first can't be read the CPU still scales up. Up at once and fast, down slowly and one by one, because
 * whoever goes has streams to finish.
 */
export function autoscalerSpec(deployment: string, autoscaling: Autoscaling): Spec {
  const { minReplicas, maxReplicas, cpuPercent, inFlightPerReplica } = autoscaling;
  return {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deployment },
    minReplicas,
    maxReplicas,
    metrics: [
      ...(inFlightPerReplica === undefined
        ? []
        : [
            {
              type: "Pods",
              pods: {
                metric: { name: inFlightMetric },
                target: { type: "AverageValue", averageValue: String(inFlightPerReplica) },
              },
            },
          ]),
      { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: cpuPercent } } },
    ],
    behavior: {
      scaleUp: {
        stabilizationWindowSeconds: 0,
        selectPolicy: "Max",
        policies: [
          { type: "Percent", value: 100, periodSeconds: 15 },
          { type: "Pods", value: 4, periodSeconds: 15 },
        ],
      },
      scaleDown: {
        stabilizationWindowSeconds: 300,
        selectPolicy: "Max",
        policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
      },
    },
  };
}

/** The fewest and the most that there may be. */
export function replicaRange(scaling: Scaling): { readonly min: number; readonly max: number } {
  return scaling.autoscaling === undefined
    ? { min: scaling.replicas, max: scaling.replicas }
    : { min: scaling.autoscaling.minReplicas, max: scaling.autoscaling.maxReplicas };
}
