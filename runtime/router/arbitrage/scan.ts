import { is, kindAt } from "./characters.ts";
import { Lexicon } from "./lexicon.ts";
import type { Prompt } from "./prompt.ts";
import { type Category, categories, vocabulary } from "./vocabulary.ts";

/**
 * What is counted in a prompt. Lengths are in quarters of a token, roughly: a Latin letter is one, a letter of another
 * alphabet two, an ideograph four.
 */
export interface Counts {
  /** Words by category, in the order of `categories`. */
  readonly words: number[];
  /** Length of what is asked, and of what is given with it. */
  instruction: number;
  material: number;
  /** Fences, brackets and other marks of programs and data. */
  code: number;
  /** Signs of mathematics. */
  formula: number;
  numbers: number;
  questions: number;
  /** Lines of a list. */
  items: number;
  /** Commas, semicolons and ends of sentences in what is asked. */
  clauses: number;
  /** Length in other scripts than Latin, and in Latin letters that only smaller languages have. */
  script: number;
}

const lexicon = new Lexicon(vocabulary);
const bits = (names: readonly Category[]) => names.reduce((mask, name) => mask | (1 << categories.indexOf(name)), 0);
const everything = bits(categories);
/** Of pasted text only what it is about counts, not what it seems to ask for. */
const subjects = bits(["expert", "systems", "exact", "trade"]);
/** What a system prompt lays on every answer. */
const demands = bits(["structure", "grade"]);

/** A prompt shorter than this, after another one, asks for more of the same. */
const followUpLength = 200;
/** "Dear all," on a line of its own isn't the instruction. */
const greetingLength = 30;
/** An instruction ends at this length at the latest. */
const instructionLength = 600;
/** A last paragraph up to this length is an instruction again if more was given before it: "Now fix it." */
const closingLength = 300;
/** A longer quotation is material. */
const quotationLength = 60;

const closingQuotes = new Map([
  ['"', '"'],
  ["“", "”"],
  ["„", "“"],
  ["«", "»"],
  ["「", "」"],
]);
const newline = 10;

/** Counts what a prompt consists of, in one pass. */
export function scan(prompt: Prompt): Counts {
  const counts: Counts = {
    words: categories.map(() => 0),
    instruction: 0,
    material: Math.max(0, prompt.length - prompt.text.length),
    code: 0,
    formula: 0,
    numbers: 0,
    questions: 0,
    items: 0,
    clauses: 0,
    script: 0,
  };
  const prose = takeFences(prompt.text, counts);
  countProse(prose, counts);
  if (prose.length < followUpLength) countWords(prompt.earlier, everything, counts.words);
  countWords(prompt.system, demands, counts.words);
  return counts;
}

/** Counts fenced code and returns the rest: the words of a program aren't what the prompt asks for. */
function takeFences(text: string, counts: Counts): string {
  let prose = "";
  let at = 0;
  for (let open = text.indexOf("```"); open >= 0; open = text.indexOf("```", at)) {
    const close = text.indexOf("```", open + 3);
    const end = close < 0 ? text.length : close;
    counts.code += 4;
    counts.material += end - open;
    prose += text.slice(at, open);
    at = Math.min(text.length, end + 3);
  }
  return (prose + text.slice(at)).trimEnd();
}

function countProse(text: string, counts: Counts): void {
  const instructionEnd = Math.min(endOfInstruction(text), instructionLength);
  const lastBreak = text.lastIndexOf("\n\n");
  const closes = text.length - lastBreak <= Math.min(closingLength, lastBreak);
  const closingStart = closes ? Math.max(lastBreak, instructionEnd) : text.length;
  let quoteEnd = -1;
  let material = false;
  let quotesClose = true;
  let previous = 0;
  for (let i = 0; i < text.length; i++) {
    const kind = kindAt(text, i);
    if ((kind & is.quote) !== 0 && i > quoteEnd && quotesClose) {
      const end = text.indexOf(closingQuotes.get(text.charAt(i)) ?? "", i + 1);
      // Without this an unclosed quotation mark would be searched for again at each later one.
      quotesClose = end >= 0;
      quoteEnd = Math.max(i, end);
      material = quoteEnd - i > quotationLength;
    }
    const given = (i > instructionEnd && i < closingStart) || (i < quoteEnd && material);
    const length = lengthAt(text, i, kind);
    if (given) counts.material += length;
    else counts.instruction += length;
    if (kind !== 0) {
      if (startsWord(kind, previous)) countMatch(text, i, given ? subjects : everything, 1, counts.words);
      if ((kind & ~previous & is.digit) !== 0) counts.numbers++;
      if ((kind & is.formula) !== 0) counts.formula++;
      if ((kind & is.code) !== 0) counts.code++;
      if ((kind & is.question) !== 0 && !given) counts.questions++;
      if ((kind & is.separator) !== 0 && !given) counts.clauses++;
      if ((kind & is.word) !== 0) counts.script += scriptLengthAt(text, i, length);
    }
    if (text.charCodeAt(i) === newline && startsItem(text, i + 1)) counts.items++;
    previous = kind;
  }
}

/** Where what is asked ends and what is given begins: at a blank line, or at a colon that ends a line before no list. */
function endOfInstruction(text: string): number {
  const first = text.indexOf("\n\n");
  const greets = first > 0 && first < greetingLength && ",!".includes(text.charAt(first - 1));
  const blank = greets ? text.indexOf("\n\n", first + 2) : first;
  const colon = text.indexOf(":\n");
  const given = colon < 0 || startsItem(text, colon + 2) ? text.length : colon + 1;
  return Math.min(given, blank < 0 ? text.length : blank);
}

/** Half a point each: what was said before, or for every answer, weighs less than what is said now. */
function countWords(text: string, mask: number, words: number[]): void {
  for (let i = 0, previous = 0; i < text.length; i++) {
    const kind = kindAt(text, i);
    if (startsWord(kind, previous)) countMatch(text, i, mask, 0.5, words);
    previous = kind;
  }
}

function countMatch(text: string, at: number, mask: number, weight: number, words: number[]): void {
  for (let found = lexicon.match(text, at) & mask; found !== 0; ) {
    const category = 31 - Math.clz32(found);
    words[category] = (words[category] ?? 0) + weight;
    found &= ~(1 << category);
  }
}

function startsWord(kind: number, previous: number): boolean {
  return (kind & is.word) !== 0 && ((previous & is.word) === 0 || (kind & is.ideograph) !== 0);
}

/** "- ", "* ", "1.", "12)", "a)" and the like. */
function startsItem(text: string, at: number): boolean {
  const first = text.charAt(at);
  if (first === "-" || first === "*" || first === "•") return text.charAt(at + 1) === " ";
  const mark = text.charAt((kindAt(text, at + 1) & is.digit) !== 0 ? at + 2 : at + 1);
  return (kindAt(text, at) & is.word) !== 0 && (mark === ")" || mark === ".");
}

function lengthAt(text: string, at: number, kind: number): number {
  if ((kind & is.ideograph) !== 0) return 4;
  return text.charCodeAt(at) < 0x250 ? 1 : 2;
}

function scriptLengthAt(text: string, at: number, length: number): number {
  const code = text.charCodeAt(at);
  if (code < 0x100) return 0;
  // One letter in ten of Polish, Turkish or Vietnamese is one that the larger European languages don't have.
  return code < 0x250 || (code >= 0x1e00 && code < 0x1f00) ? 8 : length;
}
