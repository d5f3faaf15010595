import { readdirSync, readFileSync } from "node:fs";

/** Linux shows CPU time in hundredths of a second to every program (USER_HZ), whatever its kernel counts in. */
const tickMs = 10;

/** Bytes. */
export interface Memory {
  readonly rss: number;
  /** The most that it ever was. */
  readonly peakRss: number;
}

/**
 * CPU time, user and system, that a process and all its descendants have used, with their threads and with those
 * children that have ended; milliseconds, in steps of 10.
 */
export function cpuMsOf(pid: number): number {
  const processes = readProcesses();
  const ticks = familyOf(pid, processes).reduce((sum, member) => sum + (processes.get(member)?.ticks ?? 0), 0);
  return ticks * tickMs;
}

/** Resident memory of a process and all its descendants. */
export function memoryOf(pid: number): Memory {
  const family = familyOf(pid, readProcesses()).map((member) => readText(`/proc/${member}/status`));
  const sum = (field: string) =>
    family.reduce(
      (total, status) => total + 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0),
      0,
    );
  return { rss: sum("VmRSS"), peakRss: sum("VmHWM") };
}

/** How many files a process may have open. */
export function openFilesLimit(pid: number | "self"): number {
  const limit = /^Max open files\s+(\S+)/m.exec(readText(`/proc/${pid}/limits`))?.[1];
  return limit === undefined || limit === "unlimited" ? Number.POSITIVE_INFINITY : Number(limit);
}

interface ProcessTimes {
  readonly parent: number;
  readonly ticks: number;
}

function readProcesses(): Map<number, ProcessTimes> {
  const found = new Map<number, ProcessTimes>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readText(`/proc/${name}/stat`);
    // The command, in parentheses, may hold anything; the fields after it start with the third of proc_pid_stat(5).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    if (fields.length > 15) found.set(Number(name), { parent: Number(fields[1]), ticks });
  }
  return found;
}

function familyOf(pid: number, processes: ReadonlyMap<number, ProcessTimes>): number[] {
  const children = [...processes].filter(([, { parent }]) => parent === pid).map(([child]) => child);
  return [pid, ...children.flatMap((child) => familyOf(child, processes))];
}

/** Nothing of a process that is gone. */
function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
