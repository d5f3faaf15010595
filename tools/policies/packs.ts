import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildPack, type PackName } from "../../policies/build.ts";
import { type Progress, projectDirectory } from "../engine/index.ts";
import { checkoutDirectory } from "../engine/places.ts";
import { keep } from "../parts/kept.ts";

/** What a pack is made of; the lock file names the versions of what is bundled into it. */
const sources = ["policies", "infra/cost", "package-lock.json"];

/** The policies that this project's own stacks are judged by, and how they are configured. */
export interface Packs {
  /** Starts them without Pulumi's own runner, which takes seconds. */
  readonly executable: string;
  readonly config: string;
}

/** Finds the pack of all policies, or bundles it; kept by the content of its sources. */
export async function ensurePacks(progress: Progress, name: PackName = "all"): Promise<Packs> {
  const folder = join(checkoutDirectory, "policies", `${name}-${contentOf(sources)}`);
  const config = join(projectDirectory, "policies", "exceptions.json");
  const kept = await keep(folder, "the policy pack", progress, async (scratch) => {
    await buildPack(name, scratch);
    return ["index.cjs", "PulumiPolicy.yaml", "pack"];
  });
  return { executable: join(kept, "pack"), config };
}

function contentOf(places: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of places.flatMap(filesOf))
    hash.update(`${file}\0`).update(readFileSync(join(projectDirectory, file)));
  return hash.digest("hex").slice(0, 16);
}

function filesOf(place: string): string[] {
  if (place.includes(".")) return [place];
  return readdirSync(join(projectDirectory, place), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(?:ts|json)$/.test(file) && !/(?:^|\/)(?:dist|node_modules)\//.test(file))
    .map((file) => join(place, file))
    .sort();
}
