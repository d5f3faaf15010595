import { ask, breakersOf } from "./ask.ts";
import { type House, openHouse } from "./house.ts";
import type { Actor, Cast } from "./moods.ts";
import type { Teller } from "./teller.ts";

export interface Play {
  readonly cast: Cast;
  readonly questions: readonly string[];
  readonly rounds: number;
}

/** Asks every question in every round, one after the other, and tells what the router does. */
export async function play({ cast, questions, rounds }: Play, teller: Teller): Promise<void> {
  let scene = new Scene(teller);
  const house = await openHouse(cast, (actor, { model, outcome, at }) => scene.attempt(actor, model, outcome, at));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const question of questions) {
        scene = new Scene(teller);
        await scene.play(house, question);
      }
    }
  } finally {
    await house.close();
  }
}

/** One question: who was asked last is who speaks. */
class Scene {
  readonly #teller: Teller;
  readonly #started = performance.now();
  #asked: Actor | undefined;
  #speaking: Actor | undefined;
  #firstWordMs: number | undefined;

  constructor(teller: Teller) {
    this.#teller = teller;
  }

  async play(house: House, question: string): Promise<void> {
    this.#teller.question(question);
    const answer = await ask(house, question, (text) => this.#text(text));
    const ms = this.#since(performance.now());
    const first = this.#firstWordMs === undefined ? {} : { first_word_ms: this.#firstWordMs };
    this.#teller.answer(answer, await breakersOf(house), { ...first, ms });
  }

  attempt(backend: Actor, model: string, outcome: string, at: number): void {
    this.#asked = backend;
    this.#teller.attempt({ backend, model, outcome, ms: this.#since(at) });
  }

  #text(text: string): void {
    this.#firstWordMs ??= this.#since(performance.now());
    if (this.#speaking && this.#asked && this.#asked !== this.#speaking) this.#teller.seam(this.#speaking, this.#asked);
    this.#speaking = this.#asked;
    this.#teller.text(text);
  }

  #since(at: number): number {
    return Math.max(0, Math.round(at - this.#started));
  }
}
