import { randomBytes } from "node:crypto";
import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Writes a file so that a reader sees the old content or the new, also after a crash. */
export function writeAtomically(file: string, content: string | Uint8Array, mode = 0o600): void {
  const temporary = `${file}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    writeDurably(temporary, content, mode);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(file));
}

/** Writes a new file and waits until it is on the disk. */
export function writeDurably(file: string, content: string | Uint8Array, mode = 0o600): void {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const descriptor = openSync(file, "wx", mode);
  try {
    fchmodSync(descriptor, mode);
    for (let written = 0; written < bytes.byteLength; ) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes a rename in this folder last; not every file system can. */
export function syncFolder(folder: string): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(folder, "r");
    fsyncSync(descriptor);
  } catch {
    // The rename itself is done; only its survival of a power cut is not promised.
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
