import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDirectory } from "../../engine/index.ts";
import { moduleSums, pinnedModuleFolder } from "../../parts/go.ts";
import { keptPart } from "../../parts/kept.ts";
import { chaosMeshVersion, generateChaosMesh } from "./chaos-mesh.ts";
import { type Definition, readDefinitions } from "./definition.ts";
import { crdSources } from "./sources.ts";

export type { Definition } from "./definition.ts";
export { type CrdSource, crdSources } from "./sources.ts";

const moduleDirectory = join(dirname(fileURLToPath(import.meta.url)), "go");
const fileName = "definitions.json";

/** The definitions of every custom kind that the stacks use, out of the public Go modules of the systems that have them. */
export const customResourceDefinitions = keptPart("CustomResourceDefinitions", keptIn, async (scratch, progress) => {
  const found: Definition[] = [];
  for (const source of crdSources) {
    progress.step(`Getting the definitions of ${source.system}.`);
    found.push(...readDefinitions(join(await pinnedModuleFolder(source), source.path)));
  }
  const work = join(scratch, "work");
  found.push(...(await generateChaosMesh(moduleDirectory, work, progress)));
  rmSync(work, { recursive: true, force: true });
  writeFileSync(join(scratch, fileName), JSON.stringify(found));
  return [fileName];
});

/** Systems whose definitions are of another version than the stacks install, with the reason. */
export const otherVersions: readonly string[] = [
  ...crdSources.flatMap(({ system, otherVersion }) =>
    otherVersion === undefined ? [] : [`${system}: ${otherVersion}`],
  ),
  `Chaos Mesh: ${chaosMeshVersion}`,
];

/** @param directory where {@link customResourceDefinitions} is kept */
export const definitionsIn = (directory: string): readonly Definition[] =>
  JSON.parse(readFileSync(join(directory, fileName), "utf8")) as readonly Definition[];

function keptIn(): string {
  const key = createHash("sha256").update(JSON.stringify(crdSources)).update(moduleSums(moduleDirectory));
  return join(cacheDirectory(), "parts", "crds", key.digest("hex").slice(0, 12));
}
