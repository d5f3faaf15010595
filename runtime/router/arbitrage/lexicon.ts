import { is, kindAt } from "./characters.ts";

/**
 * Finds words and phrases of several categories in one pass over a text, without making strings: routing looks at
 * every prompt. A trie in flat arrays, because that is several times faster than one of maps.
 */
export class Lexicon {
  /** The node that each first letter leads to, by code unit; 0 for none. */
  readonly #roots = new Uint16Array(0x10000);
  /** Of each node: its letter, its first child and its next sibling. Node 0 stands for none. */
  readonly #letters: Uint16Array;
  readonly #children: Uint16Array;
  readonly #siblings: Uint16Array;
  /** Bits of the categories whose word ends at a node, and of those for which anything that begins so counts. */
  readonly #words: Int32Array;
  readonly #stems: Int32Array;
  #size = 1;

  /** @param vocabulary words by category, separated by `;`, in lower case; `*` at the end makes a stem of one */
  constructor(vocabulary: Readonly<Record<string, string>>) {
    const entries = Object.values(vocabulary).flatMap((list, category) =>
      list
        .split(";")
        .map((word) => ({ word: word.trim(), category: 1 << category }))
        .filter(({ word }) => word !== ""),
    );
    const most = 1 + entries.reduce((sum, { word }) => sum + word.length, 0);
    if (most > 0xffff) throw new RangeError(`a lexicon of ${most} letters: more than 16 bits can number`);
    this.#letters = new Uint16Array(most);
    this.#children = new Uint16Array(most);
    this.#siblings = new Uint16Array(most);
    this.#words = new Int32Array(most);
    this.#stems = new Int32Array(most);
    for (const { word, category } of entries) this.#add(word, category);
  }

  #add(entry: string, category: number): void {
    const isStem = entry.endsWith("*");
    const word = isStem ? entry.slice(0, -1) : entry;
    const first = word.charCodeAt(0);
    let at = this.#roots[first] || this.#newNode(first);
    this.#roots[first] = at;
    for (let i = 1; i < word.length; i++) {
      const letter = word.charCodeAt(i);
      let next = this.#child(at, letter);
      if (next === 0) {
        next = this.#newNode(letter);
        this.#siblings[next] = this.#children[at] ?? 0;
        this.#children[at] = next;
      }
      at = next;
    }
    const bits = isStem ? this.#stems : this.#words;
    bits[at] = (bits[at] ?? 0) | category;
  }

  #newNode(letter: number): number {
    this.#letters[this.#size] = letter;
    return this.#size++;
  }

  #child(node: number, letter: number): number {
    let child = this.#children[node] ?? 0;
    while (child !== 0 && this.#letters[child] !== letter) child = this.#siblings[child] ?? 0;
    return child;
  }

  /**
   * The categories, as bits in the order of the constructor's record, of the longest entry that begins at `at`; 0 for
   * none. The text is in lower case and `at` is where a word begins.
   */
  match(text: string, at: number): number {
    let found = 0;
    let node = this.#roots[text.charCodeAt(at)] ?? 0;
    for (let i = at + 1; node !== 0; i++) {
      const stem = this.#stems[node] ?? 0;
      const word = this.#words[node] ?? 0;
      if (stem !== 0) found = stem;
      if (word !== 0 && endsAt(text, i)) found = stem | word;
      node = i < text.length ? this.#child(node, text.charCodeAt(i)) : 0;
    }
    return found;
  }
}

/** Whether a word that reaches up to `at` is whole: no letter goes on, or in a script without spaces. */
function endsAt(text: string, at: number): boolean {
  const kind = kindAt(text, at);
  return (kind & is.word) === 0 || (kind & is.ideograph) !== 0;
}
