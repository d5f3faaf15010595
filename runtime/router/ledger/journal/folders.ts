import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, renameSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { startOf } from "../../../supervisor/process.ts";

/** Folders of journals that this process has made or taken over. */
const ours = new Set<string>();

/** The name of a folder says whose it is: host, process, and when that process began. */
const pattern = /^(?<host>[\w.-]+)~(?<pid>\d+)~(?<start>\w+)~[0-9a-f]+$/;

/** A name for one more folder of this process. */
export function newFolder(directory: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const name = `${host()}~${process.pid}~${startName(process.pid)}~${randomBytes(4).toString("hex")}`;
  ours.add(name);
  return join(directory, name);
}

/**
 * Takes over the journals of processes of this host that are gone. Of several processes that try, one gets a folder: a
 * folder is taken by renaming it.
 */
export function claimOrphans(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    if (!isOrphan(name)) return [];
    const claimed = newFolder(directory);
    try {
      renameSync(join(directory, name), claimed);
      return [claimed];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  });
}

/** Journals that another host has left here: whether their process lives can't be known. */
export function foreignFolders(directory: string): string[] {
  return readdirSync(directory).filter((name) => {
    const owner = pattern.exec(name)?.groups;
    return owner !== undefined && owner.host !== host();
  });
}

function isOrphan(name: string): boolean {
  const owner = pattern.exec(name)?.groups;
  if (owner === undefined || owner.host !== host() || ours.has(name)) return false;
  const pid = Number(owner.pid);
  return pid === process.pid || startName(pid) !== owner.start;
}

const startName = (pid: number): string | undefined => startOf(pid)?.replace(/\W/g, "");
const host = (): string => hostname().replace(/[^\w.-]/g, "_") || "host";
