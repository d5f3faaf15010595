import { parseToken } from "../../tools/offline/kubernetes/kinds.ts";
import type { KubernetesObject, Metadata } from "../../tools/offline/kubernetes/objects.ts";
import type { Registration } from "./pulumi-mocks.ts";

/** The mark of a secret in what a program registers. */
const secretMark = "4dabf18193072939515e22adb298388d";

export interface Planned {
  /** As it is registered. */
  readonly name: string;
  readonly object: KubernetesObject;
}

/** The objects of the API among registrations. */
export const objectsOf = (plan: readonly Registration[]): Planned[] =>
  plan.flatMap(({ name, type, inputs }) => plannedOf(name, type, inputs));

/** A registration's object; charts, components and providers have none. */
export function plannedOf(name: string, type: string, inputs: object): Planned[] {
  const isObject = parseToken(type) !== undefined && type !== "kubernetes:helm.sh/v3:Release";
  return isObject ? [{ name, object: revealed(inputs) as KubernetesObject }] : [];
}

/** What a controller will make of an object: pods of its template, and claims. The API server admits each by itself. */
export function madeBy({ name, object }: Planned): Planned[] {
  const spec = (object.kind === "CronJob" ? jobOf(object) : object.spec) as WorkloadSpec | undefined;
  if (spec?.template === undefined || !workloads.has(`${object.apiVersion} ${object.kind}`)) return [];
  const namespace = object.metadata?.namespace ?? "default";
  const claims = spec.volumeClaimTemplates ?? [];
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...spec.template.metadata, name: `${object.metadata?.name}-0`, namespace },
    spec: {
      ...spec.template.spec,
      volumes: [
        ...(spec.template.spec.volumes ?? []),
        ...claims.map(({ metadata }) => ({
          name: metadata.name,
          persistentVolumeClaim: { claimName: `${metadata.name}-0` },
        })),
      ],
    },
  };
  return [
    { name: `${name}'s pod`, object: pod },
    ...claims.map((claim) => ({
      name: `${name}'s claim`,
      object: {
        ...claim,
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { ...claim.metadata, name: `${claim.metadata.name}-0`, namespace },
      },
    })),
  ];
}

interface WorkloadSpec {
  readonly template?: { readonly metadata?: Metadata; readonly spec: { readonly volumes?: readonly object[] } };
  readonly volumeClaimTemplates?: readonly (KubernetesObject & { readonly metadata: { readonly name: string } })[];
}

const workloads = new Set([
  "apps/v1 DaemonSet",
  "apps/v1 Deployment",
  "apps/v1 StatefulSet",
  "batch/v1 CronJob",
  "batch/v1 Job",
]);

const jobOf = ({ spec }: KubernetesObject): unknown => (spec as { jobTemplate?: { spec?: unknown } }).jobTemplate?.spec;

/** As the provider sends it: secrets in plain, nothing that is undefined. */
function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== "object" || value === null) return value;
  if (secretMark in value) return revealed((value as { value?: unknown }).value);
  const given = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(given.map(([key, inner]) => [key, revealed(inner)]));
}
