import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Where a benchmark's results go besides the terminal; paths of files. */
export interface Output {
  readonly json?: string;
  readonly chart?: string;
}

/** Results go to standard output, progress to standard error. */
export function say(text: string): void {
  process.stdout.write(`\n${text}\n`);
}

/** Writes a file, with the folders that it needs, and says so. */
export function writeResult(file: string, content: string): void {
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeFileSync(file, content);
  process.stdout.write(`Wrote ${file}\n`);
}

export const asJson = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
