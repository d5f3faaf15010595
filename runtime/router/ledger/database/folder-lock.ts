import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startOf } from "../../../supervisor/process.ts";
import { DatabaseUnavailable } from "./database.ts";

/** Two embedded databases on the same files destroy them. */
const heldHere = new Set<string>();

/**
 * Takes a folder for this process; the lock of one that died is taken over.
 *
 * @returns gives it back
 * @throws DatabaseUnavailable where a living process has it
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, "lock");
  const mine = `${process.pid} ${startOf(process.pid) ?? ""}`;
  if (heldHere.has(file)) throw inUse(folder, process.pid);
  for (let tries = 0; ; tries++) {
    try {
      writeFileSync(file, mine, { flag: "wx", mode: 0o600 });
      break;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== "EEXIST" || tries > 1) throw new DatabaseUnavailable(`The database's folder: ${message}`);
      const holder = livingHolder(file, mine);
      if (holder !== undefined) throw inUse(folder, holder);
      removeStale(file, mine);
    }
  }
  heldHere.add(file);
  return () => {
    heldHere.delete(file);
    rmSync(file, { force: true });
  };
}

function livingHolder(file: string, mine: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  const [pid = "", ...start] = text.split(" ");
  return text !== mine && startOf(Number(pid)) === start.join(" ") ? Number(pid) : undefined;
}

/** What is removed must be what was found dead: another process may have taken it over in between. */
function removeStale(file: string, mine: string): void {
  const taken = `${file}.${process.pid}`;
  try {
    renameSync(file, taken);
    if (livingHolder(taken, mine) !== undefined) linkSync(taken, file);
  } catch {
    // Somebody else was faster.
  } finally {
    rmSync(taken, { force: true });
  }
}

function inUse(folder: string, pid: number): DatabaseUnavailable {
  return new DatabaseUnavailable(
    `The database's folder ${folder} is in use by process ${pid}; end it, or give this router another ledger.directory.`,
  );
}
