import { spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { unprivilegedUser } from "../../infra/workload/index.ts";
import { bubblewrapPath } from "../../tools/parts/index.ts";

/** How a command within a pod ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly output: string;
}

/** A command that runs within a pod. */
export interface Contained {
  /** As this machine numbers it: bubblewrap passes no signal on. */
  readonly pid: Promise<number>;
  readonly ended: Promise<Ended>;
  isOver(): boolean;
  /** What it has said until now. */
  output(): string;
}

/** Who a pod's processes are: root can be whom it likes, others are themselves. */
const owner = process.getuid?.() === 0 ? { uid: unprivilegedUser, gid: unprivilegedUser } : undefined;

/** Makes a file or folder one that a pod's processes may write. */
export function giveToOwner(path: string): void {
  if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
}

/** What keeps each container apart, but for the network, which is this machine's. */
export const apart = [
  ...["--unshare-all", "--share-net", "--as-pid-1", "--die-with-parent", "--json-status-fd", "3"],
  ...["--cap-drop", "ALL", "--clearenv"],
];

/** Runs a command as bubblewrap is told to by `options`, {@link apart} among them. */
export function contain(options: readonly string[], command: readonly string[]): Contained {
  const child = spawn(bubblewrapPath() ?? "bwrap", [...options, "--", ...command], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    ...owner,
  });
  let [stdout, output] = ["", ""];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (stream === child.stdout) stdout += text;
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, output }));
  });
  const told = createInterface({ input: child.stdio[3] as Readable });
  const pid = once(told, "line").then(([line]) => (JSON.parse(line) as { readonly "child-pid": number })["child-pid"]);
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  return { pid, ended, isOver, output: () => output };
}
