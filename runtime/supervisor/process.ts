import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

/**
 * When a process began: on Linux the 22nd field of `/proc/<pid>/stat` (clock ticks since the boot, proc(5)), elsewhere
 * what `ps` says. With the pid it names one process for good. `undefined`: there is no such process; one that has ended
 * and waits to be collected by its parent counts as none.
 */
export function startOf(pid: number): string | undefined {
  if (existsSync("/proc/self/stat")) return startTicks(pid);
  try {
    const [state, ...start] = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    })
      .trim()
      .split(/\s+/);
    return state === undefined || state === "" || state.startsWith("Z") ? undefined : start.join(" ");
  } catch {
    return undefined;
  }
}

function startTicks(pid: number): string | undefined {
  const fields = statOf(pid);
  return fields === undefined || isOver(fields) ? undefined : fields[19];
}

/**
 * Whether a process lives that is of the group that `leader` began (setsid(2)). No other process gets a pid that still
 * names a group.
 */
export function groupLives(leader: number): boolean {
  if (existsSync("/proc/self/stat")) {
    return readdirSync("/proc").some((entry) => {
      const fields = /^\d+$/.test(entry) ? statOf(Number(entry)) : undefined;
      return fields !== undefined && fields[2] === String(leader) && !isOver(fields);
    });
  }
  try {
    process.kill(-leader, 0);
    return true;
  } catch {
    return false;
  }
}

/** The fields of proc(5)'s stat from the third on. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

/**
 * A process whose first thread has ended is a zombie already while its other threads are ending, and they hold its
 * sockets open until the last of them is gone: it is over when no other thread is counted (num_threads, the 20th field).
 */
function isOver(fields: readonly string[]): boolean {
  return fields[0] === "X" || (fields[0] === "Z" && Number(fields[17]) <= 1);
}
