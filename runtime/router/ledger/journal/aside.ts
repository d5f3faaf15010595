import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/** Why something is kept aside: it can't be read any more, or no database takes it. */
export type AsideReason = "corrupt" | "rejected";

/** Keeps what can't go on, so that a person can look at it: nothing is thrown away in silence. */
export class Aside {
  readonly #folder: string;
  readonly #told: (reason: AsideReason, file: string) => void;

  constructor(folder: string, told: (reason: AsideReason, file: string) => void) {
    this.#folder = folder;
    this.#told = told;
  }

  /** @throws the system's error; what can't be kept aside must not be removed */
  put(reason: AsideReason, content: Buffer | string): void {
    const file = join(this.#folder, `${reason}.lines`);
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    appendFileSync(file, Buffer.concat([Buffer.from(content), Buffer.from("\n")]), { mode: 0o600, flush: true });
    this.#told(reason, file);
  }
}
