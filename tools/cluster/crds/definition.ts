import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "../../offline/kubernetes/objects.ts";

/** A CustomResourceDefinition. */
export interface Definition extends KubernetesObject {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: "Cluster" | "Namespaced";
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: Readonly<Record<string, unknown>> };
    }[];
  };
}

/** Every definition in a YAML file, or in the YAML files of a folder; what else is there is left out. */
export function readDefinitions(path: string): Definition[] {
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => name.endsWith(".yaml"))
        .sort()
        .map((name) => join(path, name))
    : [path];
  return files
    .flatMap((file) => [...parseAllDocuments(readFileSync(file, "utf8"))].map((document) => document.toJS()))
    .filter((object): object is Definition => object?.kind === "CustomResourceDefinition")
    .map((definition) => bare(definition) as Definition);
}

/** Without what is written for people: it is most of a definition, and the largest would be more than etcd takes. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key, inner]) => key !== "description" || typeof inner !== "string");
  return Object.fromEntries(kept.map(([key, inner]) => [key, bare(inner)]));
}
