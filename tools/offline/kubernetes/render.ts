import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { KubernetesObject } from "./objects.ts";

/**
 * A folder of manifests, laid out as by the official provider: `0-crd` is to be applied before `1-manifest`.
 * Secrets stand in it in plain text, hence its files are their owner's alone.
 */
export class Manifests {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  write(object: KubernetesObject): void {
    const file = this.fileOf(object);
    mkdirSync(join(file, ".."), { recursive: true, mode: 0o700 });
    writeFileSync(file, stringify(object, { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false }), {
      mode: 0o600,
    });
  }

  remove(object: KubernetesObject): void {
    rmSync(this.fileOf(object), { force: true });
  }

  fileOf({ apiVersion = "", kind = "", metadata = {} }: KubernetesObject): string {
    const phase = kind === "CustomResourceDefinition" ? "0-crd" : "1-manifest";
    const parts = [apiVersion, kind.toLowerCase(), metadata.namespace ?? "default", metadata.name ?? ""];
    return join(this.#directory, phase, `${parts.join("-").replaceAll(/[/:\\]/g, "_")}.yaml`);
  }
}
