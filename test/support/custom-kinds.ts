import { Ajv, type ValidateFunction } from "ajv";
import type { Definition } from "../../tools/cluster/index.ts";
import { describeObject, type KubernetesObject } from "../../tools/offline/kubernetes/objects.ts";

type Schema = { readonly [key: string]: unknown };

/**
 * Custom kinds as their definitions describe them, without a server: types, required fields, patterns, and that no field is
 * unknown. A definition's rules in CEL are the server's alone.
 */
export class CustomKinds {
  readonly #definitions: readonly Definition[];
  readonly #ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(definitions: readonly Definition[]) {
    this.#definitions = definitions;
  }

  /** What is wrong with an object of a custom kind, by path. */
  faults(object: KubernetesObject): string[] {
    const validate = this.#validatorOf(object);
    if (validate === undefined)
      return [`${describeObject(object)}: no definition of ${object.apiVersion} ${object.kind}`];
    if (validate(object)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${describeObject(object)}: ${instancePath} ${message}${"additionalProperty" in params ? `: ${params.additionalProperty}` : ""}`,
    );
  }

  #validatorOf({ apiVersion = "", kind }: KubernetesObject): ValidateFunction | undefined {
    const key = `${apiVersion} ${kind}`;
    const [group, version] = apiVersion.split("/");
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const schema = this.#definitions
      .filter(({ spec }) => spec.group === group && spec.names.kind === kind)
      .flatMap(({ spec }) => spec.versions)
      .find(({ name }) => name === version)?.schema.openAPIV3Schema;
    if (schema === undefined) return undefined;
    const compiled = this.#ajv.compile(strictly(asObject(schema)));
    this.#compiled.set(key, compiled);
    return compiled;
  }
}

/** What every object has, whether its definition says so or not. */
const asObject = (schema: Schema): Schema => ({
  ...schema,
  properties: {
    apiVersion: { type: "string" },
    kind: { type: "string" },
    ...(schema.properties as Schema),
    metadata: { type: "object" },
  },
});

/** A structural schema as one of JSON Schema that takes no unknown field. Parts that only restrict stay as they are. */
function strictly(schema: Schema): Schema {
  const { properties, additionalProperties, items, pattern, minimum, exclusiveMinimum, ...rest } = schema;
  const isOpen = schema["x-kubernetes-preserve-unknown-fields"] === true;
  return {
    ...rest,
    // Go's own flags within a pattern are no JavaScript.
    ...(typeof pattern === "string" && !pattern.includes("(?i)") ? { pattern } : {}),
    ...(exclusiveMinimum === true ? { exclusiveMinimum: minimum } : minimum === undefined ? {} : { minimum }),
    ...(isObject(items) ? { items: strictly(items) } : {}),
    ...(isObject(additionalProperties) ? { additionalProperties: strictly(additionalProperties) } : {}),
    ...(isObject(properties)
      ? { properties: mapped(properties), ...(isOpen ? {} : { additionalProperties: false }) }
      : {}),
  };
}

const mapped = (properties: Schema): Schema =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, strictly(schema as Schema)]));

const isObject = (value: unknown): value is Schema => typeof value === "object" && value !== null;
