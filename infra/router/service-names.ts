import { shared } from "./pod.ts";
import { versionName } from "./rollout.ts";

/** Every name under which the cluster finds the router, or one version of it. */
export const serviceNames = (namespace: string, versions: readonly string[]): string[] =>
  [shared.workload, ...versions.map(versionName)].flatMap((service) => [
    service,
    `${service}.${namespace}.svc`,
    `${service}.${namespace}.svc.cluster.local`,
  ]);
