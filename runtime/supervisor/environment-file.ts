import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import type { Secrets } from "./protocol.ts";

const mostBytes = 65_536;

/**
 * Variables of a file, `NAME=value` a line, which may hold passwords: so that it is taken only where its owner alone can
 * read it.
 *
 * @throws Error that says what to do, and never what is in it
 */
export function readEnvironmentFile(file: string): Secrets {
  const wrong = (what: string) => new Error(`the environment file ${file} ${what}`);
  let descriptor: number;
  try {
    // A pipe would wait for its writer.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw wrong("is not there: write NAME=value lines into it, for its owner alone (chmod 600)");
    throw wrong(`can't be read (${code})`);
  }
  try {
    const found = fstatSync(descriptor);
    const { mode, uid, size } = found;
    if (!found.isFile()) throw wrong("is no file");
    if (process.getuid !== undefined && uid !== process.getuid())
      throw wrong("belongs to another user: give it to yours");
    const others = mode & 0o077;
    if (others !== 0)
      throw wrong(`can be read or changed by others (mode ${(mode & 0o777).toString(8)}): chmod 600 it`);
    if (size > mostBytes) throw wrong(`has ${size} bytes; ${mostBytes} are the most`);
    return variablesOf(parseEnv(readFileSync(descriptor, "utf8")));
  } finally {
    closeSync(descriptor);
  }
}

const variablesOf = (found: NodeJS.Dict<string>): Secrets =>
  Object.fromEntries(Object.entries(found).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
