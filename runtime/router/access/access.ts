import { join } from "node:path";
import type { Logger } from "pino";
import type { RouterConfig } from "../../config/index.ts";
import { KeyRing } from "../authenticate.ts";
import { type Database, DatabaseUnavailable } from "../ledger/index.ts";
import { within } from "../within.ts";
import { AuditTrail } from "./audit-trail.ts";
import { Revocations } from "./revocations.ts";
import { Snapshot } from "./snapshot.ts";
import { AccessState, type Change } from "./state.ts";
import type { AuditEntry } from "./store/audit.ts";
import { type Changing, change, changesSince, type Doing, revisionOf } from "./store/changes.ts";
import { noteUse } from "./store/keys.ts";

/** Where it is kept who may do what: the ledger's database. */
export interface AccessDatabase {
  database(): Promise<Database>;
  readonly kind: Database["kind"];
  /** Whose keys they are: one database may serve several stacks. */
  readonly stack: string;
  /** On this machine; undefined where nothing is kept there. */
  readonly directory: string | undefined;
}

export interface AccessParts {
  readonly config: Pick<RouterConfig, "keys" | "access">;
  /** Absent: there are only the keys of the configuration. */
  readonly source?: AccessDatabase | undefined;
  readonly log?: Pick<Logger, "warn" | "info"> | undefined;
}

export interface AccessHealth {
  /** Raised by each change, on every router. */
  readonly revision: number;
  /** Since when the database can't be asked; what was known then goes on. */
  readonly staleSince: number | undefined;
}

/** What is used and refused goes to the database this often; milliseconds. */
const flushMs = 2_000;
/** While the database is away it is asked less and less often, down to this; milliseconds. */
const mostMs = 2_000;

/**
 * Who may call this router, and what for: the keys of the configuration, and over them what was changed over HTTP at any
 * router. A change is in force here at once and everywhere at the next look, while the database answers; while it doesn't
 * what is known goes on.
 */
export class Access {
  readonly state = new AccessState();
  readonly revocations = new Revocations(this.state);
  readonly audit = new AuditTrail();
  readonly #source: AccessDatabase | undefined;
  readonly #log: AccessParts["log"];
  readonly #snapshot: Snapshot | undefined;
  readonly #first: Promise<void>;
  readonly #timers: NodeJS.Timeout[] = [];
  #config: AccessParts["config"];
  #ring: KeyRing;
  /** It was read since the start. */
  #looked = false;
  #staleSince: number | undefined;
  #looking: Promise<void> | undefined;
  #waitMs: number;
  #flushedAt = 0;
  #closed = false;
  /** Told of backends of which something has changed. */
  onBackends: (names: readonly string[]) => void = () => {};

  constructor({ config, source, log }: AccessParts) {
    this.#config = config;
    this.#source = source;
    this.#log = log;
    this.#waitMs = config.access.pollMs;
    this.#snapshot = source?.directory === undefined ? undefined : new Snapshot(join(source.directory, "access.json"));
    const kept = this.#snapshot?.read();
    if (kept) this.state.apply(kept);
    this.#ring = this.#makeRing();
    this.#first = source === undefined ? Promise.resolve() : this.#look().catch(() => {});
    if (source === undefined) return;
    this.#again();
    this.#timers.push(setInterval(() => void this.flush().catch(() => {}), flushMs).unref());
  }

  get ring(): KeyRing {
    return this.#ring;
  }

  get isAdministered(): boolean {
    return this.#source !== undefined;
  }

  /** Undefined where nothing can be changed. */
  get health(): AccessHealth | undefined {
    return this.#source && { revision: this.state.revision, staleSince: this.#staleSince };
  }

  /** From now on other keys are configured. */
  reconfigure(config: AccessParts["config"]): void {
    const same = config.keys === this.#config.keys;
    this.#config = config;
    if (!same) this.#ring = this.#makeRing().inherit(this.#ring);
  }

  /** Waits for the first look at a database that others change, but not for long: without it this router starts, too. */
  async ready(milliseconds: number): Promise<void> {
    if (this.#source?.kind !== "postgresql") return;
    await within(milliseconds, this.#first, undefined);
  }

  /**
   * Changes something, here at once.
   *
   * @throws DatabaseUnavailable, and whatever `work` throws; then nothing is changed
   */
  async change<Result>(doing: Doing, work: (changing: Changing) => Promise<Result>): Promise<Result> {
    const { database, stack } = await this.#open();
    const result = await change(database, stack, doing, work);
    // A look that is under way may have seen the time before.
    await this.#looking?.catch(() => {});
    await this.#look().catch(() => {});
    return result;
  }

  /** @throws DatabaseUnavailable */
  async read<Result>(work: (database: Database, stack: string) => Promise<Result>): Promise<Result> {
    const { database, stack } = await this.#open();
    return work(database, stack);
  }

  refused(entry: AuditEntry): void {
    if (this.#source) this.audit.add(entry);
  }

  /** Brings to the database when keys were used, and who was refused. @throws DatabaseUnavailable */
  async flush(): Promise<void> {
    const used = this.#ring.usedSince(this.#flushedAt);
    if (!this.#source || (used.length === 0 && this.audit.isEmpty)) return;
    const { database, stack } = await this.#open();
    if (used.length > 0) {
      await noteUse(database, stack, used);
      this.#flushedAt = Math.max(...used.map(([, at]) => at));
    }
    await this.audit.flush(database, stack);
  }

  /** After the last request. */
  async close({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    const flushed = this.flush().catch(() => {});
    await within(timeoutMs, flushed, undefined);
  }

  async #open(): Promise<{ database: Database; stack: string }> {
    if (!this.#source) throw new DatabaseUnavailable("there is no database");
    return { database: await this.#source.database(), stack: this.#source.stack };
  }

  #makeRing(): KeyRing {
    return new KeyRing(this.#config.keys, this.state, () => this.#complete());
  }

  /** Whether all keys are known. An embedded database is changed by nobody else, and each change is kept beside it. */
  #complete(): boolean {
    return this.#source?.kind !== "postgresql" || (this.#looked && this.#staleSince === undefined);
  }

  /** Looks once, whoever asks; what is new is in force then. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookNow(): Promise<void> {
    try {
      const { database, stack } = await this.#open();
      const { revision } = this.state;
      if ((await revisionOf(database, stack)) > revision) this.#apply(await changesSince(database, stack, revision));
      if (this.#staleSince !== undefined) this.#log?.info("keys: the database answers again");
      this.#staleSince = undefined;
      this.#looked = true;
      this.#waitMs = this.#config.access.pollMs;
    } catch (error) {
      if (this.#staleSince === undefined && !this.#closed) {
        this.#log?.warn(
          { problem: (error as Error).message },
          "keys: the database can't be asked; what is known goes on",
        );
      }
      this.#staleSince ??= Date.now();
      this.#waitMs = Math.max(this.#config.access.pollMs, Math.min(mostMs, this.#waitMs * 2));
      throw error;
    }
  }

  #apply(found: Change): void {
    if (!this.state.apply(found)) return;
    for (const { id } of found.keys) this.#ring.update(id);
    this.#ring.updateTenants(new Set(found.tenants.map(({ name }) => name)));
    if (found.backends.length > 0) this.onBackends(found.backends.map(({ name }) => name));
    try {
      this.#snapshot?.write(this.state);
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      this.#log?.warn({ problem: code }, "keys: what is known can't be kept on this machine");
    }
  }

  /** An embedded database is changed by this router alone: once it was read nobody needs to look. */
  #again(): void {
    const timer = setTimeout(async () => {
      this.#timers.splice(this.#timers.indexOf(timer), 1);
      await this.#look().catch(() => {});
      const done = this.#source?.kind === "embedded" && this.#looked;
      if (!this.#closed && !done) this.#again();
    }, this.#waitMs).unref();
    this.#timers.push(timer);
  }
}
