import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { align } from "../table.ts";

/** The parts of V8's CPU profile that are read here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const shown = 30;

/**
 * Where a process spent its CPU time: the share of each module and of each function, without what they called. The
 * modules of a bundle are told apart by the comments with which esbuild begins each of them.
 */
export function summarise(file: string): string {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8")) as CpuProfile;
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const modulesOf = moduleFinder();
  const byModule = new Map<string, number>();
  const byFunction = new Map<string, number>();
  let busy = 0;
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id);
    if (frame === undefined || frame.functionName === "(idle)") continue;
    const us = timeDeltas[index] ?? 0;
    const module = frame.url === "" ? "V8 and system calls" : modulesOf(frame.url, frame.lineNumber);
    busy += us;
    add(byModule, packageOf(module), us);
    add(byFunction, `${frame.functionName || "(anonymous)"}  ${module}  @${frame.lineNumber + 1}`, us);
  }
  return [table("Module", byModule, busy), table("Function, module, @line of the script", byFunction, busy)].join(
    "\n\n",
  );
}

function add(shares: Map<string, number>, key: string, us: number): void {
  shares.set(key, (shares.get(key) ?? 0) + us);
}

function table(title: string, shares: ReadonlyMap<string, number>, busy: number): string {
  const rows = [...shares]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, shown)
    .map(([name, us]) => [name, `${((100 * us) / busy).toFixed(1)} %`]);
  return align([[title, "own time"], ...rows]);
}

/** `node_modules/undici/lib/api/readable.js` is `undici`; a file of ours is itself. */
function packageOf(module: string): string {
  return /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(module)?.[1] ?? module;
}

/** Says of a place in a script which source file it came from. */
function moduleFinder(): (url: string, line: number) => string {
  const known = new Map<string, readonly (string | undefined)[]>();
  return (url, line) => {
    if (!url.startsWith("file:")) return url;
    let modules = known.get(url);
    if (modules === undefined) {
      modules = modulesByLine(fileURLToPath(url));
      known.set(url, modules);
    }
    return modules[line] ?? fileURLToPath(url);
  };
}

function modulesByLine(file: string): (string | undefined)[] {
  if (!existsSync(file)) return [];
  let module: string | undefined;
  return readFileSync(file, "utf8")
    .split("\n")
    .map((line) => {
      module = /^ *\/\/ (\S*(?:node_modules|runtime)\/\S+)$/.exec(line)?.[1] ?? module;
      return module;
    });
}
