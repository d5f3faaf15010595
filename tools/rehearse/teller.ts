import type { Answer } from "./ask.ts";
import type { Actor } from "./moods.ts";

export interface Attempt {
  readonly backend: Actor;
  readonly model: string;
  /** What the provider does about it, e.g. `503`, `cut after 6`, `answer`. */
  readonly outcome: string;
  /** Since the question was asked. */
  readonly ms: number;
}

/** Since the question was asked; milliseconds. */
export interface Times {
  readonly first_word_ms?: number;
  readonly ms: number;
}

/** Tells what happens while it happens. */
export interface Teller {
  question(text: string): void;
  attempt(attempt: Attempt): void;
  text(text: string): void;
  /** From here on another backend speaks. */
  seam(from: Actor, to: Actor): void;
  answer(answer: Answer, breakers: Readonly<Record<string, string>>, times: Times): void;
}

type Write = (text: string) => void;

/** Lines for people; the answer as it streams. */
export function plainTeller(write: Write, colours: boolean): Teller {
  const paint = (code: number, text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  const dim = (text: string) => paint(2, text);
  let inText = false;
  const line = (text: string) => {
    write(`${inText ? "\n" : ""}${text}\n`);
    inText = false;
  };
  return {
    question(text) {
      line(`\n${paint(1, text)}`);
    },
    attempt({ backend, model, outcome, ms }) {
      const well = outcome === "answer";
      line(
        `${dim(`${String(ms).padStart(6)} ms`)}  ${`${backend}/${model}`.padEnd(32)} ${paint(well ? 32 : 31, outcome)}`,
      );
    },
    text(text) {
      write(inText ? text : `           ${text}`);
      inText = true;
    },
    seam(from, to) {
      line(paint(33, `           -- ${from} broke off, ${to} goes on --`));
    },
    answer({ status, headers, final, error }, breakers, { first_word_ms: first, ms }) {
      if (error) line(paint(31, `           ${status === 200 ? "in the stream" : `HTTP ${status}`}: ${error}`));
      for (const [name, value] of Object.entries(headers)) line(dim(`           ${name}: ${value}`));
      if (final !== undefined) line(dim(`           : router ${JSON.stringify(final)}`));
      const states = Object.entries(breakers).map(([name, state]) => `${name} ${state}`);
      line(dim(`           breakers: ${states.join(", ")}`));
      line(dim(`           ${first === undefined ? "" : `first word after ${first} ms, `}over after ${ms} ms`));
    },
  };
}

/** One JSON object a question, on a line of its own. */
export function jsonTeller(write: Write): Teller {
  let question = "";
  let attempts: Attempt[] = [];
  let text = "";
  let seams: { at: number; from: Actor; to: Actor }[] = [];
  return {
    question(asked) {
      [question, attempts, text, seams] = [asked, [], "", []];
    },
    attempt: (attempt) => void attempts.push(attempt),
    text(part) {
      text += part;
    },
    seam: (from, to) => void seams.push({ at: text.length, from, to }),
    answer(answer, breakers, times) {
      write(`${JSON.stringify({ question, attempts, text, seams, ...answer, breakers, ...times })}\n`);
    },
  };
}
