import { isUtf8 } from "node:buffer";

const dataMark = Buffer.from("data:");
const contentMark = Buffer.from('"content":');
/** OpenAI pads each event with a random text, so that its length does not tell the token's. */
const paddingMark = Buffer.from('"obfuscation":');

const space = 32;
const quote = 34;
const backslash = 92;
const letterU = 117;

/**
 * The form of an event that is text of one choice and nothing else, with holes where the text and the padding stand.
 * What fits into it is proved to be JSON without being parsed: it is equal to an event that was, but for the insides of
 * strings, and those are checked.
 */
export class TextTemplate {
  readonly choices: readonly number[];
  /** What stands before, between and after the holes; the first hole is the text. */
  readonly #pieces: readonly [Buffer, Buffer, Buffer?];
  /** Of the event that was looked at last. */
  #textEnd = 0;

  private constructor(choice: number, pieces: readonly [Buffer, Buffer, Buffer?]) {
    this.choices = [choice];
    this.#pieces = pieces;
  }

  /**
   * Learns the form of an event that has been parsed.
   *
   * @returns undefined where it is not certain which bytes are the text
   */
  static of(bytes: Buffer, choice: number, content: string): TextTemplate | undefined {
    if (!startsWith(bytes, dataMark, 0)) return undefined;
    const text = stringAfter(bytes, contentMark, 0);
    if (!text || bytes.indexOf(contentMark, text.end) >= 0) return undefined;
    if (JSON.parse(`"${bytes.toString("utf8", text.start, text.end)}"`) !== content) return undefined;
    const padding = stringAfter(bytes, paddingMark, text.end);
    const piece = (start: number, end = bytes.length) => Buffer.from(bytes.subarray(start, end));
    return new TextTemplate(
      choice,
      padding
        ? [piece(0, text.start), piece(text.end, padding.start), piece(padding.end)]
        : [piece(0, text.start), piece(text.end)],
    );
  }

  /** The inside of the text's string, where an event has this form. */
  match(bytes: Buffer): Buffer | undefined {
    return this.#endOf(bytes, 0) === bytes.length ? bytes.subarray(this.#pieces[0].length, this.#textEnd) : undefined;
  }

  /** Takes the events of this form that follow one another from `at` on; undefined where the first is none. */
  run(bytes: Buffer, at: number): TextRun | undefined {
    let end = at;
    let length = 0;
    for (let next = this.#endOf(bytes, at); next > 0; next = this.#endOf(bytes, end)) {
      length = note(bytes, end + this.#pieces[0].length, this.#textEnd, length);
      end = next;
    }
    return end === at ? undefined : { end, text: Buffer.from(noted.subarray(0, length)) };
  }

  /** Where the event that begins at `at` ends; -1 where it has another form. */
  #endOf(bytes: Buffer, at: number): number {
    const [head, middle, tail] = this.#pieces;
    if (!startsWith(bytes, head, at)) return -1;
    const textStart = at + head.length;
    const textEnd = endOfString(bytes, textStart);
    if (textEnd <= textStart || !startsWith(bytes, middle, textEnd)) return -1;
    this.#textEnd = textEnd;
    const end = textEnd + middle.length;
    if (!tail) return end;
    const paddingEnd = endOfString(bytes, end);
    return paddingEnd >= 0 && startsWith(bytes, tail, paddingEnd) ? paddingEnd + tail.length : -1;
  }
}

/** Events of one form, one after the other. */
export interface TextRun {
  /** Where the last one ends. */
  readonly end: number;
  /** The insides of their strings, joined. */
  readonly text: Buffer;
}

/** Where the texts of a run are joined. */
let noted = Buffer.allocUnsafe(4_096);

/** Adds bytes to those that are noted already; returns how many there are then. */
function note(bytes: Buffer, start: number, end: number, length: number): number {
  const total = length + end - start;
  if (total > noted.length) {
    const grown = Buffer.allocUnsafe(2 * total);
    noted.copy(grown, 0, 0, length);
    noted = grown;
  }
  // A token is short, and a call into native code is not.
  if (end - start > shortBytes) bytes.copy(noted, length, start, end);
  else for (let at = start, to = length; at < end; at++, to++) noted[to] = bytes[at] as number;
  return total;
}

/** Below this a loop is faster than a call into native code. */
const shortBytes = 32;

function startsWith(bytes: Buffer, piece: Buffer, at: number): boolean {
  const { length } = piece;
  if (at + length > bytes.length) return false;
  if (length > shortBytes) return bytes.compare(piece, 0, length, at, at + length) === 0;
  for (let index = 0; index < length; index++) if (bytes[at + index] !== piece[index]) return false;
  return true;
}

/** Where the inside of the string that follows a mark begins and ends. */
function stringAfter(bytes: Buffer, mark: Buffer, from: number): { start: number; end: number } | undefined {
  const found = bytes.indexOf(mark, from);
  if (found < 0) return undefined;
  let start = found + mark.length;
  if (bytes[start] === space) start++;
  if (bytes[start] !== quote) return undefined;
  const end = endOfString(bytes, start + 1);
  return end < 0 ? undefined : { start: start + 1, end };
}

/**
 * The index of the quote that ends the string whose inside begins at `start`; -1 where it is no string of JSON in
 * UTF-8.
 */
function endOfString(bytes: Buffer, start: number): number {
  let ascii = true;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === quote) return ascii || isUtf8(bytes.subarray(start, at)) ? at : -1;
    if (byte < space) return -1;
    if (byte > 127) ascii = false;
    else if (byte === backslash) {
      const length = escapeLength(bytes, at + 1);
      if (length === 0) return -1;
      at += length;
    }
  }
  return -1;
}

/** How many bytes of an escape follow its backslash; 0 where it is none. */
function escapeLength(bytes: Buffer, at: number): number {
  const byte = bytes[at] as number;
  if (byte !== letterU) return '"\\/bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0;
  return /^[0-9a-fA-F]{4}$/.test(bytes.toString("latin1", at + 1, at + 5)) ? 5 : 0;
}
