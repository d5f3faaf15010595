import { UpstreamFailure } from "../providers/failure.ts";

/** More than any provider sends in one event (an image is sent in parts); beyond it the stream is refused. */
const maxEventBytes = 4 * 1024 * 1024;

const LF = 10;
const CR = 13;

/** Takes what a stream is cut into. */
export interface EventReader {
  /** One complete event, with its blank line. */
  read(bytes: Buffer): void;
  /**
   * Takes as many complete events as it can read at once, from `at` on, where an event begins.
   *
   * @returns where the first event begins that it did not take
   */
  run?(bytes: Buffer, at: number): number;
}

/**
 * Cuts a stream of bytes into complete server-sent events, wherever the network cut it. An event is given with its
 * line ends as it came, up to and including the blank line. Line ends are LF or CRLF.
 */
export class SseSplitter {
  #pending: Buffer = Buffer.alloc(0);
  /** Up to here the pending bytes are known to hold no end of an event. */
  #searched = 0;

  push(chunk: Buffer, reader: EventReader): void {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let start = 0;
    let from = this.#searched;
    for (;;) {
      const taken = reader.run?.(bytes, start) ?? start;
      if (taken > start) {
        start = taken;
        from = taken;
      }
      const end = endOfEvent(bytes, from);
      if (end < 0) break;
      if (!isBlank(bytes, start, end)) reader.read(bytes.subarray(start, end));
      start = end;
      from = end;
    }
    this.#pending = bytes.subarray(start);
    // An end may begin with the last three bytes: LF CR LF.
    this.#searched = Math.max(0, this.#pending.length - 3);
    if (this.#pending.length > maxEventBytes) throw new UpstreamFailure("an event of its stream is too large");
  }

  /** What came after the last complete event. */
  get rest(): Buffer {
    return this.#pending;
  }
}

/** The index after the blank line that ends an event, or -1. */
function endOfEvent(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(LF, from); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== LF && bytes[at] !== CR) return false;
  return true;
}
