import { hash, randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { type Claim, type Claims, leaseMs, marginMs } from "./claims.ts";

interface Written extends Claim {
  readonly by: string;
  /** Until then it is whose it is; milliseconds since 1970. */
  readonly until: number;
}

/** Claims that are over are looked for this often, as that reads every file of the folder; milliseconds. */
const forgetMs = 3_600_000;

/** Of the routers of one folder, one after the other or while they are exchanged: a small file for each alert. */
export class FileClaims implements Claims {
  readonly place: string;
  readonly #folder: string;
  readonly #router = randomUUID();
  #forgotAt = Number.NEGATIVE_INFINITY;

  /** @throws the system's error where the folder can't be made */
  constructor(folder: string) {
    this.#folder = folder;
    this.place = `${hostname()}:${folder}`;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  async take(id: string, now: number): Promise<"mine" | Claim> {
    if (now - this.#forgotAt >= forgetMs) this.#forget(now);
    const mine = this.#write({ state: "sending", at: now, by: this.#router, until: now + leaseMs });
    const file = this.#file(id);
    try {
      linkSync(mine, file);
      return "mine";
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    } finally {
      rmSync(mine, { force: true });
    }
    const there = read(file);
    if (there && (there.state !== "sending" || there.until > now)) return { state: there.state, at: there.at };
    this.#replace(file, { state: "sending", at: now, by: this.#router, until: now + leaseMs });
    return "mine";
  }

  async keep(id: string, now: number): Promise<boolean> {
    const there = read(this.#file(id));
    if (there?.by !== this.#router) return false;
    this.#replace(this.#file(id), { ...there, until: now + leaseMs });
    return true;
  }

  async settle(id: string, { state, at }: Claim, endsAt: number): Promise<void> {
    this.#replace(this.#file(id), { state, at, by: this.#router, until: endsAt + marginMs });
  }

  async release(id: string): Promise<void> {
    if (read(this.#file(id))?.by === this.#router) rmSync(this.#file(id), { force: true });
  }

  #file(id: string): string {
    return join(this.#folder, `${hash("sha256", id).slice(0, 32)}.json`);
  }

  #write(written: Written): string {
    const scratch = join(this.#folder, `${randomUUID()}.new`);
    writeFileSync(scratch, JSON.stringify(written), { mode: 0o600 });
    return scratch;
  }

  /** Whole or not at all. */
  #replace(file: string, written: Written): void {
    renameSync(this.#write(written), file);
  }

  /** What is of periods that are over, and what a router that died left half done. */
  #forget(now: number): void {
    this.#forgotAt = now;
    for (const name of readdirSync(this.#folder)) {
      const file = join(this.#folder, name);
      if ((read(file)?.until ?? Number.POSITIVE_INFINITY) < now - marginMs) rmSync(file, { force: true });
    }
  }
}

function read(file: string): Written | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Written;
  } catch {
    return undefined;
  }
}
