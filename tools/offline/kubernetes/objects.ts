/** An object of the API, as JSON. */
export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: Metadata;
  readonly [property: string]: unknown;
}

export interface Metadata {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly deletionTimestamp?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [property: string]: unknown;
}

/** Settings of a single object, by annotation: names and meanings are the official provider's. */
export const annotations = {
  autonamed: "pulumi.com/autonamed",
  skipAwait: "pulumi.com/skipAwait",
  timeoutSeconds: "pulumi.com/timeoutSeconds",
  deletionPropagation: "pulumi.com/deletionPropagationPolicy",
  fieldManager: "pulumi.com/patchFieldManager",
  force: "pulumi.com/patchForce",
} as const;

export const annotation = (object: KubernetesObject, name: string): string | undefined =>
  object.metadata?.annotations?.[name];

export const nameOf = (object: KubernetesObject): string => object.metadata?.name ?? "";

/** For people: `Deployment web/router`. */
export function describeObject(object: KubernetesObject): string {
  const { namespace, name, generateName } = object.metadata ?? {};
  return `${object.kind ?? "object"} ${namespace ? `${namespace}/` : ""}${name ?? generateName ?? ""}`;
}

/** `namespace/name`, or the name alone of what is in no namespace. */
export const idOf = ({ metadata }: KubernetesObject): string =>
  metadata?.namespace ? `${metadata.namespace}/${metadata.name ?? ""}` : (metadata?.name ?? "");

export function parseId(id: string): { namespace?: string; name: string } {
  const [namespace, name] = id.split("/", 2);
  return name === undefined ? { name: namespace ?? "" } : { namespace: namespace ?? "", name };
}
