import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** In every folder that we made on the way to something else, so that the last one to go takes it along. */
const mark = ".hybrid-llm-folder";

/** Makes a folder, closed to others, and those above it that are missing. */
export function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  makeFolders(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, mark), "", { mode: 0o600 });
}

/** Removes a folder, and those above it, as long as we made them and nothing else is in them. Never fails. */
export function removeEmptyFolders(folder: string): void {
  try {
    const entries = readdirSync(folder);
    if (entries.length !== 1 || entries[0] !== mark) return;
    rmSync(join(folder, mark));
    rmdirSync(folder);
  } catch {
    return;
  }
  removeEmptyFolders(dirname(folder));
}
