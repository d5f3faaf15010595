/**
 * How the next target was asked to go on with a broken answer.
 * - `prefill`: the request ends with what was sent, and the model is known to go on from there.
 * - `instruct`: the request says that the answer was cut off and is to be continued.
 * - `restart`: the request as it was; the answer is expected to begin anew.
 */
export type Continuation = "prefill" | "instruct" | "restart";

/** A text that agrees for so many characters and then differs is another answer, not a continuation of this one. */
const samenessChars = 40;
/** A shorter repetition at the seam can be chance: "very, very". */
const overlapChars = 8;
/** No model repeats more than this at a seam without beginning anew. */
const maxOverlap = 400;
/** A shorter beginning can come again by chance in a true continuation. */
const prefillRestartChars = 16;

/**
 * Joins the text of a target that continues to what the client has already: what it repeats is dropped, whether it
 * begins anew or takes up the last words. Text is held for as long as it could still be a repetition.
 */
export class Seam {
  readonly #sent: string;
  readonly #mode: Continuation;
  #held = "";
  #joined = false;
  #broken = false;

  /** @param sent the text that the client has */
  constructor(sent: string, mode: Continuation) {
    this.#sent = sent;
    this.#mode = mode;
    this.#joined = sent === "";
  }

  /** The text turned out to be another answer: nothing of it can follow what was sent. */
  get broken(): boolean {
    return this.#broken;
  }

  /** @returns what of the text may be forwarded now */
  push(text: string): string {
    if (this.#joined) return text;
    if (this.#broken) return "";
    this.#held += text;
    return this.#decide(false);
  }

  /** No more text comes. @returns what was still held and is to be forwarded */
  end(): string {
    return this.#joined || this.#broken ? "" : this.#decide(true);
  }

  #decide(ended: boolean): string {
    const held = this.#held;
    const common = commonPrefix(this.#sent, held);
    if (common === this.#sent.length && this.#mayRestart()) return this.#join(common);
    if (common === held.length && !ended) return "";
    if (this.#mode === "restart") return this.#break();
    if (common >= samenessChars) return this.#break();
    if (this.#mode === "prefill") return !ended && isBlank(held) ? "" : this.#join(blankOverlap(this.#sent, held));
    if (!ended && couldGrow(this.#sent, held)) return "";
    if (!ended && isBlank(held)) return "";
    return this.#join(overlap(this.#sent, held) || blankOverlap(this.#sent, held));
  }

  #mayRestart(): boolean {
    return this.#mode !== "prefill" || this.#sent.length >= prefillRestartChars;
  }

  #join(dropped: number): string {
    this.#joined = true;
    const rest = this.#held.slice(dropped);
    this.#held = "";
    return rest;
  }

  #break(): string {
    this.#broken = true;
    this.#held = "";
    return "";
  }
}

function commonPrefix(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  let at = 0;
  while (at < length && one.charCodeAt(at) === other.charCodeAt(at)) at++;
  return at;
}

/** Whether the text so far stands before the end of what was sent, so that more of it could still be repetition. */
function couldGrow(sent: string, text: string): boolean {
  const tail = sent.slice(-maxOverlap);
  const at = tail.indexOf(text);
  return at >= 0 && at + text.length < tail.length;
}

/** The length of the longest end of `sent` with which `text` begins; 0 where it is too short to mean anything. */
function overlap(sent: string, text: string): number {
  for (let length = Math.min(maxOverlap, sent.length, text.length); length >= overlapChars; length--) {
    if (sent.endsWith(text.slice(0, length))) return length;
  }
  return 0;
}

/** What was sent is given without its last blanks, which providers refuse at the end: they may be written again. */
function blankOverlap(sent: string, text: string): number {
  const blanks = sent.length - sent.trimEnd().length;
  const begins = text.length - text.trimStart().length;
  for (let length = Math.min(blanks, begins); length > 0; length--) {
    if (sent.endsWith(text.slice(0, length))) return length;
  }
  return 0;
}

const isBlank = (text: string): boolean => text.trim() === "";
