import { closeSync, fdatasync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const dataSync = promisify(fdatasync);

export interface Segment {
  readonly file: string;
  /** Bytes that were written whole; what may lie beyond is torn. */
  size: number;
  /** Nothing will be added. */
  closed: boolean;
}

/**
 * Writes lines to the segments of one folder. What was appended is with the operating system at once, so that it
 * outlives this process; it outlives the machine after the next `sync`.
 */
export class SegmentWriter {
  readonly #folder: string;
  readonly #segmentBytes: number;
  /** Files of earlier segments that are not on the disk yet. */
  readonly #unsynced: number[] = [];
  #current: (Segment & { readonly fd: number }) | undefined;
  #count = 0;
  #dirty = false;
  #syncing: Promise<void> = Promise.resolve();

  constructor(folder: string, segmentBytes: number) {
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /**
   * Appends whole lines, or nothing.
   *
   * @returns the segment that has them
   * @throws the system's error, e.g. ENOSPC
   */
  append(text: string): Segment {
    const segment = this.#writable();
    const bytes = Buffer.from(text);
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(segment.fd, bytes, written);
    } catch (error) {
      this.#takeBack(segment);
      throw error;
    }
    segment.size += bytes.length;
    this.#dirty = true;
    return segment;
  }

  /** Resolves once everything that was appended before is on the disk. */
  sync(): Promise<void> {
    this.#syncing = this.#syncing.catch(() => {}).then(() => this.#syncNow());
    return this.#syncing;
  }

  close(): void {
    for (const fd of this.#unsynced.splice(0)) closeSync(fd);
    if (this.#current) closeSync(this.#current.fd);
    this.#current = undefined;
  }

  async #syncNow(): Promise<void> {
    if (!this.#dirty) return;
    this.#dirty = false;
    const earlier = this.#unsynced.splice(0);
    try {
      for (const fd of earlier) await dataSync(fd);
      if (this.#current) await dataSync(this.#current.fd);
    } catch (error) {
      this.#dirty = true;
      throw error;
    } finally {
      for (const fd of earlier) closeSync(fd);
    }
  }

  #writable(): Segment & { readonly fd: number } {
    if (this.#current && this.#current.size < this.#segmentBytes) return this.#current;
    const file = join(this.#folder, segmentName(this.#count));
    const fd = openSync(file, "ax", 0o600);
    this.#count++;
    this.#retire();
    this.#current = { file, fd, size: 0, closed: false };
    return this.#current;
  }

  #retire(): void {
    if (!this.#current) return;
    this.#current.closed = true;
    this.#unsynced.push(this.#current.fd);
    this.#current = undefined;
  }

  /** A part of a line may be there. Where it can't be taken back, the next line begins another segment. */
  #takeBack(segment: Segment & { readonly fd: number }): void {
    try {
      ftruncateSync(segment.fd, segment.size);
    } catch {
      this.#retire();
    }
  }
}

export const segmentName = (number: number): string => `${String(number).padStart(8, "0")}.journal`;
export const isSegment = (name: string): boolean => /^\d{8,}\.journal$/.test(name);
