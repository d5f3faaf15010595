import { rm } from "node:fs/promises";
import type { Aside } from "./aside.ts";
import type { Batch } from "./batch.ts";
import { attemptIdIn, encodeLine } from "./line.ts";
import { readChunk } from "./segment-reader.ts";
import { type Segment, SegmentWriter } from "./segment-writer.ts";

export interface JournalOptions {
  /** A folder of this process's own; none keeps everything in memory. */
  readonly folder: string | undefined;
  readonly segmentBytes: number;
  /** Of all segments together. */
  readonly maxBytes: number;
  /** Records that may wait in memory while they can't be written. */
  readonly memoryRecords: number;
  /** Where lines go that can't be read any more. */
  readonly aside: Aside | undefined;
}

interface Open {
  readonly json: string;
  /** The segment that says so; undefined while only memory does. */
  segment: Segment | undefined;
}

interface Waiting {
  readonly id: string;
  readonly kind: "begin" | "row";
  readonly json: string;
}

/** How often a journal that fails is tried again; milliseconds. */
const retryMs = 100;

/**
 * What this process has begun and ended, until the database has it: in files, and in memory what can't be written. Its
 * rows are read back from the files, so that memory doesn't grow while the database is away.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #writer: SegmentWriter | undefined;
  readonly #segments: Segment[] = [];
  readonly #open = new Map<string, Open>();
  /** Bytes of the first segment that the database has. */
  #shipped = 0;
  #unwritten: Waiting[] = [];
  #bytes = 0;
  #failed: string | undefined;
  #retryAt = 0;
  #lost = 0;

  /** @throws the system's error where the folder can't be made */
  constructor(options: JournalOptions) {
    this.#options = options;
    if (options.folder !== undefined) this.#writer = new SegmentWriter(options.folder, options.segmentBytes);
  }

  /** Whether one more attempt can be written down. */
  get writable(): boolean {
    return this.#unwritten.length < this.#options.memoryRecords && this.#bytes < this.#options.maxBytes;
  }

  /** Why records can't be written: the system's code such as ENOSPC, or `full`. */
  get problem(): string | undefined {
    return this.#failed ?? (this.#bytes < this.#options.maxBytes ? undefined : "full");
  }

  /** Bytes on the disk. */
  get bytes(): number {
    return this.#bytes;
  }

  get inMemory(): number {
    return this.#unwritten.length;
  }

  /** Rows that were dropped because there was no place for them at all. */
  get lost(): number {
    return this.#lost;
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** Attempts that have begun and not ended, as `encodeOpen` wrote them. */
  open(): string[] {
    return Array.from(this.#open.values(), ({ json }) => json);
  }

  begin(json: string): void {
    const id = attemptIdIn(json);
    this.#open.set(id, { json, segment: undefined });
    this.#record(id, "begin", json);
  }

  row(json: string): void {
    const id = attemptIdIn(json);
    const known = this.#open.delete(id);
    const { memoryRecords } = this.#options;
    this.#record(id, "row", json);
    // Those of attempts that were let begin are as many as those at most; others have no such bound.
    if (!known && this.#unwritten.length > 2 * memoryRecords) {
      this.#unwritten.pop();
      this.#lost++;
    }
  }

  /** Writes what waits in memory, where that can be done again. */
  retry(): void {
    if (!this.#writer || this.#unwritten.length === 0 || performance.now() < this.#retryAt) return;
    const waiting = this.#unwritten;
    try {
      const before = this.#segments.at(-1);
      const sizeBefore = before?.size ?? 0;
      const segment = this.#writer.append(waiting.map(({ kind, json }) => encodeLine(kind, json)).join(""));
      this.#bytes += segment.size - (segment === before ? sizeBefore : 0);
      if (segment !== before) this.#segments.push(segment);
      this.#unwritten = [];
      this.#failed = undefined;
      this.#note(segment, waiting);
    } catch (error) {
      this.#failed = (error as NodeJS.ErrnoException).code ?? "unknown";
      this.#retryAt = performance.now() + retryMs;
    }
  }

  /** Resolves once what was recorded before is on the disk. */
  async sync(): Promise<void> {
    await this.#writer?.sync();
  }

  /** Rows that the database doesn't have yet, oldest first; the same again until they are done. */
  async next(most: number): Promise<Batch | undefined> {
    for (;;) {
      const segment = this.#segments[0];
      if (segment === undefined) return this.#fromMemory(most);
      const from = this.#shipped;
      const chunk = await readChunk(segment.file, from, segment.size, most);
      if (chunk === undefined) {
        if (!segment.closed) return this.#fromMemory(most);
        if (!(await this.#release(segment))) return this.#fromMemory(most);
        continue;
      }
      for (const bytes of chunk.corrupt) this.#options.aside?.put("corrupt", bytes);
      const rows = chunk.lines.filter(({ kind }) => kind === "row").map(({ json }) => json);
      const done = () => {
        this.#shipped = chunk.end;
      };
      if (rows.length > 0) return { rows, done };
      done();
    }
  }

  /**
   * Ends the writing. What the database doesn't have stays for the next process, as does what is still open.
   *
   * @param removeFolder where the database has everything
   */
  async close({ removeFolder }: { readonly removeFolder: boolean }): Promise<void> {
    this.retry();
    try {
      await this.#writer?.sync();
    } finally {
      this.#writer?.close();
    }
    const { folder } = this.#options;
    if (removeFolder && this.#open.size === 0 && folder !== undefined) await rm(folder, { recursive: true });
  }

  #record(id: string, kind: "begin" | "row", json: string): void {
    if (!this.#writer && kind === "begin") return;
    this.#unwritten.push({ id, kind, json });
    this.retry();
  }

  #note(segment: Segment, written: readonly Waiting[]): void {
    for (const { id } of written) {
      const open = this.#open.get(id);
      if (open) open.segment = segment;
    }
  }

  /** Where they can't be written they go to the database from memory. */
  #fromMemory(most: number): Batch | undefined {
    const waiting = this.#unwritten.filter(({ kind }) => kind === "row").slice(0, most);
    if (waiting.length === 0) return undefined;
    return {
      rows: waiting.map(({ json }) => json),
      done: () => {
        const gone = new Set(waiting);
        this.#unwritten = this.#unwritten.filter(
          (record) => !gone.has(record) && (record.kind === "row" || this.#open.has(record.id)),
        );
      },
    };
  }

  /** The database has all rows of a segment. Attempts that began in it and go on are written down again first. */
  async #release(segment: Segment): Promise<boolean> {
    for (const [id, open] of this.#open) {
      if (open.segment !== segment) continue;
      open.segment = undefined;
      this.#record(id, "begin", open.json);
    }
    if (this.#unwritten.length > 0) return false;
    await this.#writer?.sync();
    await rm(segment.file, { force: true });
    this.#segments.shift();
    this.#bytes -= segment.size;
    this.#shipped = 0;
    return true;
  }
}
