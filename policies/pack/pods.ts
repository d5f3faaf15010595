import { isValues, unknownValue, type Value, type Values } from "../../infra/cost/index.ts";
import type { PlanResource } from "./plan.ts";
import { at, isKind, listAt } from "./reading.ts";

const templates: Readonly<Record<string, readonly string[]>> = {
  Pod: ["spec"],
  Deployment: ["spec", "template", "spec"],
  ReplicaSet: ["spec", "template", "spec"],
  StatefulSet: ["spec", "template", "spec"],
  DaemonSet: ["spec", "template", "spec"],
  Job: ["spec", "template", "spec"],
  CronJob: ["spec", "jobTemplate", "spec", "template", "spec"],
};

/** Whether objects of a type start pods. */
export const startsPods = isKind(...Object.keys(templates));

/** A container of a pod. */
export interface Container {
  readonly name: string;
  readonly spec: Values;
}

/** What a workload runs; a text says why that can't be told, which is a violation of whatever asks. */
export function podOf({ type, properties }: PlanResource): Values | string {
  const path = templates[type.split(":").at(-1) ?? ""] ?? [];
  const found = at(properties, ...path);
  if (isValues(found)) return found;
  return `${path.join(".")} is ${found === unknownValue ? "not known before the deployment" : "missing"}`;
}

/** All containers of a pod, init containers too. */
export function containersOf(pod: Values): Container[] | string {
  const found: Container[] = [];
  for (const key of ["initContainers", "containers"]) {
    const list = listAt(pod, key);
    if (list === "unknown") return `${key} are not known before the deployment`;
    for (const [index, spec] of list.entries()) {
      if (!isValues(spec)) return `${key}[${index}] is not known before the deployment`;
      const name: Value | undefined = spec.name;
      found.push({ name: typeof name === "string" ? name : `${key}[${index}]`, spec });
    }
  }
  return found.length > 0 ? found : "containers are missing";
}

/** What a check says of each container; that a workload can't be read is said instead. */
export function ofContainers(
  resource: PlanResource,
  check: (container: Container, pod: Values) => readonly string[],
): readonly string[] {
  const pod = podOf(resource);
  if (typeof pod === "string") return [pod];
  const containers = containersOf(pod);
  return typeof containers === "string" ? [containers] : containers.flatMap((container) => check(container, pod));
}
