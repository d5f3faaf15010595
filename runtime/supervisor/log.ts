import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";

const defaultLimit = 10 * 1024 * 1024;

/**
 * The log of a service: `<name>.log`, and `<name>.log.1` for what came before. Never larger than twice the limit, and
 * never a reason to stop: a line that can't be written (the disk is full) is dropped.
 */
export class Log {
  readonly #folder: string;
  readonly #limit: number;
  #file = "";
  #descriptor: number | undefined;
  #size = 0;

  constructor(folder: string, name: string, limit = defaultLimit) {
    this.#folder = folder;
    this.#limit = limit;
    this.name(name);
  }

  /** From now on the log of this name is written. */
  name(name: string): void {
    const file = join(this.#folder, `${name}.log`);
    if (file === this.#file) return;
    this.#file = file;
    this.#reopen();
  }

  line(text: string): void {
    const bytes = Buffer.from(`${text}\n`);
    if (this.#size > 0 && this.#size + bytes.length > this.#limit) this.#rotate();
    if (this.#descriptor === undefined) this.#reopen();
    if (this.#descriptor === undefined) return;
    try {
      this.#size += writeSync(this.#descriptor, bytes);
    } catch {
      // Dropped: the service matters more than its log.
    }
  }

  /** What the supervisor itself has to say, in the form that pino gives the workers' lines. */
  event(level: "info" | "warn" | "error", message: string): void {
    const levels = { info: 30, warn: 40, error: 50 };
    this.line(JSON.stringify({ level: levels[level], time: Date.now(), name: "supervisor", msg: message }));
  }

  #rotate(): void {
    try {
      renameSync(this.#file, `${this.#file}.1`);
    } catch {
      // Goes on in the same file.
    }
    this.#reopen();
  }

  #reopen(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      this.#descriptor = openSync(this.#file, "a", 0o600);
      this.#size = fstatSync(this.#descriptor).size;
    } catch {
      // Tried again at the next line.
    }
  }
}
