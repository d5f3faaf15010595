import {
  type CheckContext,
  type CheckFailure,
  type CheckResult,
  isMap,
  type PropertyMap,
  type PropertyValue,
  reveal,
  Secret,
  secret,
} from "../../provider/index.ts";
import { own, revealMap } from "../../provider/values.ts";
import { digits } from "../plan/index.ts";
import { isNamespaced, type Kind } from "./kinds.ts";
import { annotations } from "./objects.ts";

/** DNS-1123, of which every kind's rule for names is a part, but for those of RBAC. */
const nameForm = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

/**
 * Fills in what the official provider fills in: kind and version, a name made of the logical one, the default namespace.
 */
export function checkObject(
  kind: Kind,
  inputs: PropertyMap,
  defaultNamespace: string,
  context: CheckContext,
): CheckResult {
  const given = own(inputs, "metadata") ?? {};
  const metadata = given instanceof Secret ? given.value : given;
  const object = { apiVersion: kind.apiVersion, kind: kind.kind, ...inputs };
  if (!isMap(metadata)) return { inputs: object };
  const filled = withNamespace(kind, withName(kind, metadata, context), defaultNamespace);
  return {
    inputs: { ...object, metadata: given instanceof Secret ? secret(filled) : filled },
    failures: faultsOf(kind, filled),
  };
}

function withName(kind: Kind, metadata: PropertyMap, { olds, name, randomSeed }: CheckContext): PropertyMap {
  if (isGiven(own(metadata, "name")) || isGiven(own(metadata, "generateName")) || kind.isPatch) return metadata;
  const before = own(olds, "metadata");
  const old = before !== undefined && isMap(before) ? own(before, "name") : undefined;
  const notes = own(metadata, "annotations") ?? {};
  const bare = notes instanceof Secret ? notes.value : notes;
  const marked = isMap(bare) ? { ...bare, [annotations.autonamed]: "true" } : bare;
  return {
    ...metadata,
    name: old ?? `${name.toLowerCase()}-${digits(randomSeed, 8)}`,
    annotations: notes instanceof Secret ? secret(marked) : marked,
  };
}

function withNamespace(kind: Kind, metadata: PropertyMap, defaultNamespace: string): PropertyMap {
  if (isNamespaced(kind) !== true || isGiven(own(metadata, "namespace"))) return metadata;
  return { ...metadata, namespace: defaultNamespace };
}

function faultsOf(kind: Kind, metadata: PropertyMap): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const name = reveal(own(metadata, "name") ?? null);
  if (kind.isPatch && name === null) {
    failures.push({ property: "metadata.name", reason: "a patch needs the name of the object that it patches" });
  }
  if (typeof name === "string" && kind.group !== "rbac.authorization.k8s.io") {
    if (!nameForm.test(name) || name.length > 253) {
      failures.push({
        property: "metadata.name",
        reason: `${JSON.stringify(name)} is no name; allowed are small letters, digits, hyphens and dots, at most 253`,
      });
    }
  }
  if (isNamespaced(kind) === false && isGiven(own(metadata, "namespace"))) {
    failures.push({ property: "metadata.namespace", reason: `a ${kind.kind} is in no namespace; remove it` });
  }
  return failures;
}

/** Whether the program left the name to the provider. */
export function isAutonamed(inputs: PropertyMap): boolean {
  const metadata = own(revealMap(inputs), "metadata");
  if (metadata === undefined || !isMap(metadata)) return false;
  const notes = own(metadata, "annotations");
  return notes !== undefined && isMap(notes) && own(notes, annotations.autonamed) === "true";
}

const isGiven = (value: PropertyValue | undefined): boolean => value !== undefined && value !== null;
