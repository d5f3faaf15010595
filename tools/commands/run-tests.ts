import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { runStep } from "./step.ts";

const memory = "/dev/shm";
/** What clones with their packages, databases and journals of the tests come to, and as much again for their processes. */
const neededBytes = 6 * 2 ** 30;

/**
 * Runs test files by Vitest. What they write lies in memory where there is plenty: databases sync with each row and whole
 * clones are deleted, and a disk that discards what is deleted takes minutes for that.
 *
 * @throws Failure where one fails
 */
export async function runTests(what: string, args: readonly string[], environment = process.env): Promise<void> {
  const directory = memoryDirectory(environment);
  if (directory === undefined) return runStep(what, "vitest", ["run", ...args], { environment });
  const clear = () => rmSync(directory, { recursive: true, force: true });
  const stop = () => {
    clear();
    process.exit(130);
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    await runStep(what, "vitest", ["run", ...args], { environment: { ...environment, TMPDIR: directory } });
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    clear();
  }
}

/** A new folder in memory; none where whoever runs the tests has chosen another place, or memory is short. */
function memoryDirectory({ TMPDIR }: NodeJS.ProcessEnv): string | undefined {
  if (TMPDIR !== undefined || !existsSync(memory) || !isExecutable() || availableBytes() < 2 * neededBytes)
    return undefined;
  const { bavail, bsize } = statfsSync(memory);
  if (bavail * bsize < neededBytes) return undefined;
  // Short: sockets lie in it, whose paths have at most 107 bytes.
  const directory = mkdtempSync(join(memory, "hl-"));
  // PostgreSQL runs as somebody else, and finds its own folder in it.
  chmodSync(directory, 0o711);
  return directory;
}

/** Clones bring their Node along. */
function isExecutable(): boolean {
  const mount = readFileSync("/proc/mounts", "utf8").match(/^\S+ \/dev\/shm tmpfs (\S+)/m)?.[1];
  return mount !== undefined && !mount.split(",").includes("noexec");
}

function availableBytes(): number {
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  // A container may have less than its machine; what lies in memory counts as the container's.
  return Math.min(Number(kibibytes ?? 0) * 1024, process.constrainedMemory() || Number.POSITIVE_INFINITY);
}
