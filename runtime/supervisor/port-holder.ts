import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Who listens on a TCP port of this machine, as far as it can be seen: `pid 4711 (node server.mjs)`. Only on Linux, and
 * other users' processes only for root.
 */
export function portHolder(port: number): string | undefined {
  const inodes = new Set([...listeners("/proc/net/tcp", port), ...listeners("/proc/net/tcp6", port)]);
  if (inodes.size === 0) return undefined;
  for (const pid of list("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    for (const descriptor of list(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${descriptor}`))?.[1];
      if (inode !== undefined && inodes.has(inode)) return `pid ${pid} (${commandOf(pid)})`;
    }
  }
  return undefined;
}

function listeners(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return read(table)
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(wanted) && fields[3] === "0A")
    .flatMap((fields) => fields[9] ?? []);
}

/** The program, and its script; further arguments may be nobody's business. */
function commandOf(pid: string): string {
  const [program, script] = read(`/proc/${pid}/cmdline`).split("\0");
  const shown = script === undefined || script.startsWith("-") ? [program] : [program, script];
  return shown.filter((part) => part !== undefined && part !== "").join(" ") || read(`/proc/${pid}/comm`).trim();
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return "";
  }
}
