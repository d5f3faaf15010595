import type { NamespaceQuota } from "../infra/network-policy/index.ts";
import { replicaRange, scalingOf, servingVersions } from "../infra/router/index.ts";
import type { InCluster } from "./config/index.ts";

/** What waypoints and whatever else is not a router may have. */
const beside = { pods: 10, cpus: 2, memoryGiB: 2 };

/** The most that routers may ask for: each version that serves at its most, and as many that go while others come. */
export function routerQuota(router: InCluster["router"], production: boolean): NamespaceQuota {
  const serving = servingVersions(router.rollout, Object.keys(router.versions)).length;
  const pods = replicaRange(scalingOf(router, production)).max * serving * 2;
  const { cpu, memory } = router.resources;
  return {
    pods: pods + beside.pods,
    cpu: String(Math.ceil(pods * numberOf(cpu) + beside.cpus)),
    memory: `${Math.ceil((pods * numberOf(memory)) / 1024 ** 3 + beside.memoryGiB)}Gi`,
  };
}

const units: Readonly<Record<string, number>> = {
  "": 1,
  m: 1e-3,
  M: 1e6,
  G: 1e9,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
};

/** A quantity of Kubernetes, whose form the configuration's schema has checked. */
function numberOf(quantity: string): number {
  const [, digits = "", unit = ""] = /^([\d.]+)(\w*)$/.exec(quantity) ?? [];
  return Number(digits) * (units[unit] ?? Number.NaN);
}
