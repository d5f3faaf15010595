import { spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory, Failure, type Progress } from "../../engine/index.ts";
import type { Place, System } from "./system.ts";

/** Another project's gateway, of one version. */
export interface Peer {
  readonly name: string;
  readonly version: string;
  /** What is installed, from where. */
  readonly what: string;
  readonly runsOn: string;
  /** Fills an empty folder, where it stays. */
  install(folder: string): Promise<void>;
  start(folder: string, place: Place): Promise<System>;
}

/** @returns where the peer is installed: under the user's cache folder, by its version */
export async function ensurePeer(peer: Peer, install: boolean, progress: Progress): Promise<string> {
  const folder = join(cacheDirectory(), "bench", `${peer.name}-${peer.version}`);
  const complete = join(folder, ".complete");
  if (existsSync(complete)) return folder;
  if (!install) throw new Failure("not installed, and --no-install was given");
  progress.step(`Installing ${peer.name} ${peer.version} (${peer.what}) below ${folder}, once.`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await peer.install(folder);
  writeFileSync(complete, "");
  return folder;
}

/** Runs an installer to its end. */
export function run(command: string, args: readonly string[], folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    let told = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      told = (told + text).slice(-2_000);
    });
    child.on("error", (error) => reject(new Failure(`${command} can't be run: ${error.message}`)));
    child.on("close", (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Failure(`${command} ${args[0]} ended with exit code ${code}: ${told.trim().split("\n").at(-1) ?? ""}`),
        );
    });
  });
}
