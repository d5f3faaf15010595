/** What a UTF-16 code unit is, as bits; read from one table, because the estimator asks it for every character. */
export const is = {
  /** A letter or digit of any script, roughly. */
  word: 1,
  digit: 2,
  /** A Chinese character or a Japanese syllable: a word may begin at any of them, because no spaces are written. */
  ideograph: 4,
  /** A sign of mathematics. */
  formula: 8,
  /** A bracket or another sign of programs and data. */
  code: 16,
  question: 32,
  /** A comma, semicolon, colon or full stop. */
  separator: 64,
  quote: 128,
} as const;

const table = new Uint8Array(0x10000);

mark(is.word, [0x30, 0x39], [0x5f, 0x5f], [0x61, 0x7a], [0xaa, 0xaa], [0xb5, 0xb5], [0xba, 0xba]);
mark(is.word, [0xc0, 0xd6], [0xd8, 0xf6], [0xf8, 0x60b], [0x60d, 0x61a], [0x61c, 0x61e], [0x620, 0x1fff]);
mark(is.word, [0x2c00, 0x2fff], [0x3040, 0xd7ff], [0xe000, 0xfeff]);
mark(is.digit, [0x30, 0x39]);
mark(is.ideograph, [0x3040, 0x9fff]);
markEach(is.formula, "=^+*/|∫√≡≤≥≠∑∏∂∞∈∀∃±×÷·→⇒ℝℤ²³ⁿ°");
markEach(is.code, "{}[]<>`_$#\\");
markEach(is.question, "?\uff1f\u061f");
markEach(is.separator, ",;:.\uff0c\u3001\u3002\uff1b\uff1a\u060c\u061b");
markEach(is.quote, '"\u201c\u201e\u00ab\u300c');

/** The bits of `is` for the code unit at `at`; 0 beyond the end. The text is in lower case. */
export function kindAt(text: string, at: number): number {
  return at < text.length ? (table[text.charCodeAt(at)] ?? 0) : 0;
}

function mark(bit: number, ...ranges: readonly (readonly [number, number])[]): void {
  for (const [first, last] of ranges)
    for (let code = first; code <= last; code++) table[code] = (table[code] ?? 0) | bit;
}

function markEach(bit: number, characters: string): void {
  for (const character of characters) mark(bit, [character.charCodeAt(0), character.charCodeAt(0)]);
}
