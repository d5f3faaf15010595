import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Progress } from "../engine/index.ts";
import { withLock } from "../engine/lock.ts";
import type { Part } from "./part.ts";

/** The stamp holds the sizes of the files that matter, so that a truncated one is seen without running it. */
const stampName = "built.json";

/** The folder, if it is there and whole. */
export function findKept(directory: string): string | undefined {
  try {
    const sizes = JSON.parse(readFileSync(join(directory, stampName), "utf8")) as Record<string, number>;
    const files = Object.entries(sizes);
    return files.every(([name, size]) => statSync(join(directory, name)).size === size) ? directory : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Finds the folder or makes it. Two commands at once make it once; one that was interrupted leaves nothing that a later
 * one could take for whole.
 *
 * @param make fills an empty folder beside it and names the files that matter, by their paths in it
 */
export async function keep(
  directory: string,
  name: string,
  progress: Progress,
  make: (scratch: string) => Promise<readonly string[]>,
): Promise<string> {
  const found = findKept(directory);
  if (found) return found;
  const tell = (pid: number) => progress.step(`Process ${pid} is getting ${name} already; waiting for it.`);
  return withLock(`${directory}.lock`, tell, async () => {
    const done = findKept(directory);
    if (done) return done;
    const started = Date.now();
    removeLeftovers(directory);
    const scratch = mkdtempSync(`${directory}-`);
    try {
      const files = await make(scratch);
      const sizes = Object.fromEntries(files.map((file) => [file, statSync(join(scratch, file)).size]));
      writeFileSync(join(scratch, stampName), JSON.stringify(sizes));
      rmSync(directory, { recursive: true, force: true });
      renameSync(scratch, directory);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
    progress.step(`Got ${name} in ${Math.round((Date.now() - started) / 1000)} s.`);
    return directory;
  });
}

/** A part that is made once and kept. @param make fills the folder, as {@link keep} has it */
export const keptPart = (
  name: string,
  directory: () => string,
  make: (scratch: string, progress: Progress) => Promise<readonly string[]>,
): Part => ({
  name,
  find: () => findKept(directory()),
  ensure: async (progress) => keep(directory(), name, progress, (scratch) => make(scratch, progress)),
});

/** What one that was killed had begun; only with the lock. */
function removeLeftovers(directory: string): void {
  const parent = dirname(directory);
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    if (name.startsWith(`${basename(directory)}-`)) rmSync(join(parent, name), { recursive: true, force: true });
  }
}
