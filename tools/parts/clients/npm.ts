import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, type Progress, which } from "../../engine/index.ts";
import { keptPart } from "../kept.ts";
import type { Part } from "../part.ts";
import { run } from "../run.ts";
import { keptIn } from "./kept-in.ts";

/**
 * The packages of a package-lock.json, apart from the project's own. The part's folder has their `node_modules`.
 *
 * @param directory holds the package.json and the lock
 */
export function npmPackages(name: string, directory: string): Part {
  const kept = () => keptIn("npm", join(directory, "package-lock.json"));
  return keptPart(name, kept, (scratch, progress) => install(name, directory, scratch, progress));
}

async function install(name: string, directory: string, scratch: string, progress: Progress): Promise<string[]> {
  if (!which("npm")) throw new Failure(`${name} need npm, which is not on the PATH.`);
  for (const file of ["package.json", "package-lock.json"]) copyFileSync(join(directory, file), join(scratch, file));
  progress.step(`Installing ${name} with npm.`);
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  await run("npm", ["ci", ...options], { directory: scratch, line: (text) => progress.update(text) });
  return [join("node_modules", ".package-lock.json")];
}
