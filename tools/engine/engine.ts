import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildEngine, findBuilt, pinnedVersion, whyNotBuildable } from "./build.ts";
import { Failure } from "./failure.ts";
import { findOnPath, minimumVersion } from "./find.ts";
import { cacheDirectory } from "./places.ts";
import type { Progress } from "./progress.ts";
import { whyUnreachable } from "./reach.ts";

/** A Pulumi engine that can be used. */
export interface Engine {
  /** Whether it was found on the PATH, came from the official installer, or was built from Go modules. */
  readonly origin: "path" | "installed" | "built";
  readonly version: string;
  /** The folder with `bin/pulumi` in it, where the engine is ours; its `bin` goes first on the PATH. */
  readonly root?: string;
  readonly binDirectory: string;
}

/** How long the official installer may take. */
const installMs = 180_000;

/** The engine that is there already, without building or downloading anything. */
export function findEngine(environment: NodeJS.ProcessEnv = process.env): Engine | undefined {
  const cache = cacheDirectory(environment);
  const found = findOnPath(withoutOurs(environment, cache));
  if (found && !found.unfit) return { origin: "path", version: found.version, binDirectory: dirname(found.file) };
  const installed = installedRoot(cache);
  if (existsSync(join(installed, "bin", "pulumi"))) return ours("installed", installed);
  const built = findBuilt(cache);
  return built ? ours("built", built) : undefined;
}

/**
 * The engine to use: the PATH's, else the official installer's, else one built from its public Go modules.
 *
 * @throws Failure that says what is missing and the three ways to supply it
 */
export async function ensureEngine(progress: Progress, environment: NodeJS.ProcessEnv = process.env): Promise<Engine> {
  const found = findEngine(environment);
  if (found) return found;
  const cache = cacheDirectory(environment);
  const onPath = findOnPath(withoutOurs(environment, cache));
  if (onPath?.unfit) progress.step(`Not using ${onPath.file}: ${onPath.unfit}.`);

  const refusal = await install(installedRoot(cache), progress);
  if (refusal === undefined) return ours("installed", installedRoot(cache));

  const unbuildable = whyNotBuildable(environment);
  if (unbuildable === undefined) {
    progress.step(`No Pulumi on the PATH, and its installer is out of reach (${refusal}).`);
    progress.step("Building the engine from its public Go modules: some minutes, once for this machine.");
    try {
      return ours("built", await buildEngine(cache, progress));
    } catch (error) {
      throw missingEngine(onPath?.unfit, refusal, (error as Error).message);
    }
  }
  throw missingEngine(onPath?.unfit, refusal, unbuildable);
}

function missingEngine(unfit: string | undefined, refusal: string, unbuildable: string): Failure {
  return new Failure(
    "There is no Pulumi engine: " +
      `${unfit ? `the one on the PATH will not do (${unfit})` : "none is on the PATH"}; ` +
      `the official installer can't be reached (${refusal}); it can't be built here (${unbuildable}). Any one of these helps:`,
    [
      `put a pulumi of version ${minimumVersion} or newer on the PATH`,
      "let this machine reach get.pulumi.com (HTTPS_PROXY is honoured) and run this again",
      "install Go 1.26 or newer, with a module proxy in GOPROXY, and run this again",
    ],
  );
}

/** Runs the official installer; answers why it could not, or undefined when it has. */
async function install(root: string, progress: Progress): Promise<string | undefined> {
  const unreachable = await whyUnreachable("https://get.pulumi.com/");
  if (unreachable) return unreachable;
  progress.step("Installing Pulumi with its official installer.");
  try {
    const { PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
    await Promise.race([
      PulumiCommand.install({ root }),
      sleep(installMs, undefined, { ref: false }).then(() => {
        throw new Error(`no end after ${installMs / 1000} s`);
      }),
    ]);
    return undefined;
  } catch (error) {
    return (error as Error).message.split("\n")[0];
  }
}

const installedRoot = (cache: string): string => join(cache, "engine", "official");

function ours(origin: "installed" | "built", root: string): Engine {
  const version =
    origin === "built" ? pinnedVersion() : (findOnPath({ PATH: join(root, "bin") })?.version ?? "unknown");
  return { origin, version, root, binDirectory: join(root, "bin") };
}

/** A shell made by `npm run env` has our own engine on its PATH: that one is not the person's. */
function withoutOurs(environment: NodeJS.ProcessEnv, cache: string): NodeJS.ProcessEnv {
  const path = (environment.PATH ?? "").split(":").filter((entry) => !entry.startsWith(join(cache, "engine")));
  return { ...environment, PATH: path.join(":") };
}
