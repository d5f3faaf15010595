/** The router: as a process of this machine, and in a cluster. */
export { RouterCluster, type RouterClusterArgs, type RouterVersion } from "./cluster.ts";
export { type ClusterSettings, type RenderedConfig, renderClusterConfig } from "./cluster-config.ts";
export { dailyLlmUsd } from "./daily-budget.ts";
export { RouterDeployment, type RouterDeploymentArgs } from "./deployment.ts";
export { type ListenerSecurity, listenOf, mounts, portOf, probes } from "./listener.ts";
export { keySecretOf, routerPod, shared, terminationSeconds } from "./pod.ts";
export { RouterProcess, type RouterProcessArgs } from "./process.ts";
export { RehearsalProcess, type RehearsalProcessArgs } from "./rehearsal.ts";
export { backendReferences, type Rollout, servingVersions, versionName } from "./rollout.ts";
export {
  type Autoscaling,
  autoscalerSpec,
  defaultAutoscaling,
  inFlightMetric,
  replicaRange,
  type Scaling,
  scalingOf,
} from "./scaling.ts";
