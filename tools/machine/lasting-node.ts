import { copyFileSync, existsSync, linkSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { cacheDirectory, projectDirectory } from "../engine/places.ts";

/**
 * The Node that a service runs with. It outlives the command that starts it, and must outlive the checkout too: where
 * this process runs with the checkout's own Node, a copy in the user's cache folder is used (a hard link where the file
 * system allows it).
 */
export function lastingNode(executable = process.execPath, cache = cacheDirectory()): string {
  if (!executable.startsWith(projectDirectory + sep)) return executable;
  const lasting = join(cache, "node", `${process.version}-${process.platform}-${process.arch}`, "node");
  if (existsSync(lasting) && statSync(lasting).size === statSync(executable).size) return lasting;
  const scratch = `${lasting}.${process.pid}`;
  mkdirSync(dirname(lasting), { recursive: true });
  try {
    linkSync(executable, scratch);
  } catch {
    copyFileSync(executable, scratch);
  }
  renameSync(scratch, lasting);
  return lasting;
}
