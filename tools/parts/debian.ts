import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheDirectory, Failure, type Progress, which } from "../engine/index.ts";
import { withLock } from "../engine/lock.ts";
import type { Part } from "./part.ts";
import { run } from "./run.ts";

/** Something of the operating system's, and the Debian package that has it. */
export interface Need {
  readonly package: string;
  readonly present: () => boolean;
}

/** A part that is a package of the system's. @param command where its program is, if it is there */
export function debianPart(name: string, packageName: string, command: () => string | undefined): Part {
  return {
    name,
    find() {
      const found = command();
      return found && dirname(found);
    },
    async ensure(progress) {
      await ensurePackages(name, [{ package: packageName, present: () => command() !== undefined }], progress);
      return dirname(command() ?? "");
    },
  };
}

/**
 * Installs what is missing, where that can be done without asking: as root, on Debian or its kin.
 *
 * @throws Failure elsewhere; it names the packages
 */
export async function ensurePackages(what: string, needs: readonly Need[], progress: Progress): Promise<void> {
  const missing = () => needs.filter(({ present }) => !present()).map((need) => need.package);
  const packages = missing();
  if (packages.length === 0) return;
  const command = `apt-get install -y ${packages.join(" ")}`;
  if (!which("apt-get") || process.getuid?.() !== 0) {
    throw new Failure(`${what} needs ${packages.join(", ")}.`, [`on Debian, as root: ${command}`]);
  }
  const tell = (pid: number) => progress.step(`Process ${pid} is installing packages already; waiting for it.`);
  await withLock(join(cacheDirectory(), "apt.lock"), tell, () => install(what, missing(), progress));
  const left = missing();
  if (left.length > 0) throw new Failure(`${what} needs ${left.join(", ")}, which this system's packages don't have.`);
}

/** One at a time: test files run side by side, and the package manager doesn't wait. */
async function install(what: string, packages: readonly string[], progress: Progress): Promise<void> {
  if (packages.length === 0) return;
  progress.step(`Installing for ${what}: ${packages.join(", ")}`);
  // In runlevel 1 an installed server is not started: tests start their own.
  const environment = { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const line = (text: string) => progress.update(text);
  const aptGet = (...args: string[]) => untilUnlocked(progress, () => run("apt-get", args, { environment, line }));
  await aptGet("update", "-q");
  await aptGet("install", "-y", "-q", "--no-install-recommends", ...packages);
}

const lockedMs = 300_000;
const nextTryMs = 3_000;

/** apt-get(8) gives up at once while somebody else's holds the lock, such as the upgrades that a new machine begins with. */
async function untilUnlocked(progress: Progress, command: () => Promise<unknown>): Promise<void> {
  for (const began = Date.now(); ; ) {
    try {
      await command();
      return;
    } catch (error) {
      const locked = error instanceof Failure && error.message.includes("Could not get lock");
      if (!locked || Date.now() - began > lockedMs) throw error;
      progress.update("waiting for another package manager");
      await sleep(nextTryMs);
    }
  }
}
