import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export interface Ran {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs a program with texts as files: an argument that is a key of `files` becomes the path of that text. */
export function withFiles(program: string, args: readonly string[], files: Readonly<Record<string, string>>): Ran {
  const folder = mkdtempSync(path.join(tmpdir(), "tls-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text, { mode: 0o600 });
    const real = args.map((arg) => (Object.hasOwn(files, arg) ? path.join(folder, arg) : arg));
    const { status, stdout, stderr, error } = spawnSync(program, real, { encoding: "utf8" });
    if (error !== undefined) throw error;
    return { ok: status === 0, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function openssl(args: string, files: Readonly<Record<string, string>> = {}): Ran {
  return withFiles("openssl", args.split(" "), files);
}

export const hasSshKeygen: boolean = spawnSync("ssh-keygen", ["-?"]).error === undefined;
