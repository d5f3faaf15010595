import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { type Planned, plannedOf } from "./manifests.ts";

const folder = join(import.meta.dirname, "..", "program", "golden");

/** What components are known to register, file by file; some are in no stack yet, or switched off in all of them. */
export const goldens = readdirSync(folder)
  .filter((name) => name.endsWith(".yaml"))
  .sort();

/** The objects of one. */
export function objectsOfGolden(name: string): Planned[] {
  // A hash of a configuration is left out of a golden: it would change with every default.
  const text = readFileSync(join(folder, name), "utf8").replaceAll("HASH", "0123456789ab");
  return [...parseAllDocuments(text)].flatMap((document) => {
    const { resource, type, inputs } = document.toJS() as { resource: string; type: string; inputs: object };
    return plannedOf(resource, type, inputs);
  });
}
