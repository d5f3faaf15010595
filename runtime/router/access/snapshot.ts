import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { AccessState, Change } from "./state.ts";

/** What a router knew last, on its machine: where the database is away at its start, it goes by that. Hashes only. */
export class Snapshot {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Undefined where there is none that can be read. */
  read(): Change | undefined {
    try {
      const change = JSON.parse(readFileSync(this.#file, "utf8")) as Change;
      return Number.isSafeInteger(change.revision) && Array.isArray(change.keys) ? change : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whole or not at all. @throws the system's error */
  write(state: AccessState): void {
    const scratch = `${this.#file}.${process.pid}`;
    writeFileSync(scratch, JSON.stringify(state.whole()), { mode: 0o600 });
    renameSync(scratch, this.#file);
  }
}
