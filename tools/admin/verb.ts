import { Failure } from "../engine/index.ts";
import type { Answer, Client } from "./client.ts";

export type Values = Readonly<Record<string, string | boolean | undefined>>;

export interface Option {
  readonly type: "string" | "boolean";
  /** For `--help`: what it takes, and what it does. */
  readonly takes?: string;
  readonly help: string;
}

/** One thing that can be done, e.g. `keys create`. */
export interface Verb {
  /** What it needs beside its options, e.g. `ID`. */
  readonly needs?: readonly string[];
  readonly help: string;
  readonly options?: Readonly<Record<string, Option>>;
  run(client: Client, values: Values, needed: readonly string[]): Promise<Answer>;
  /** For people; `--json` gives the answer itself. */
  tell(answer: Answer): string;
}

export type Group = { readonly help: string; readonly verbs: Readonly<Record<string, Verb>> };

export const budgetOptions = {
  "budget-day": { type: "string", takes: "USD", help: "what it may cost in a day; none takes the budget away" },
  "budget-week": { type: "string", takes: "USD", help: "in a week, from Monday" },
  "budget-month": { type: "string", takes: "USD", help: "in a month" },
} as const satisfies Record<string, Option>;

export const limitOptions = {
  ...budgetOptions,
  rpm: { type: "string", takes: "N", help: "requests a minute; none takes the limits of rate away" },
  tpm: { type: "string", takes: "N", help: "tokens a minute" },
  concurrent: { type: "string", takes: "N", help: "requests at the same time, per router" },
} as const satisfies Record<string, Option>;

export const force = {
  force: { type: "boolean", help: "do it even where no admin key would be left" },
} as const satisfies Record<string, Option>;

const periods = { "budget-day": "day", "budget-week": "week", "budget-month": "month" };

/** `limits` of a body, or nothing where no option is about them. Each of the two is replaced as a whole. */
export function limitsOf(values: Values): { limits?: object } {
  const budget = numbers(values, periods);
  const rates = numbers(values, { rpm: "requests_per_minute", tpm: "tokens_per_minute", concurrent: "concurrent" });
  return budget || rates ? { limits: { ...(budget ? { budget } : {}), ...(rates ? { rates } : {}) } } : {};
}

export function budgetOf(values: Values): Record<string, number> {
  const budget = numbers(values, periods);
  if (budget) return budget;
  throw new Failure("No budget was given.", ["add --budget-day, --budget-week or --budget-month; none takes it away"]);
}

function numbers(values: Values, names: Readonly<Record<string, string>>): Record<string, number> | undefined {
  const given = Object.keys(names).filter((name) => values[name] !== undefined);
  if (given.length === 0) return undefined;
  const told = given.filter((name) => values[name] !== "none");
  return Object.fromEntries(
    told.map((name) => {
      const text = String(values[name]);
      const number = Number(text);
      if (text.trim() === "" || !Number.isFinite(number) || number < 0) {
        throw new Failure(`--${name} ${text}: give a number, or none.`);
      }
      return [names[name] ?? name, number];
    }),
  );
}

/** A body's fields that were given. */
export const given = (values: Values, names: Readonly<Record<string, string>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(names).flatMap(([name, field]) => (values[name] === undefined ? [] : [[field, values[name]]])),
  );

export const query = (values: Values, names: readonly string[]): string => {
  const parameters = new URLSearchParams();
  for (const name of names) if (values[name] !== undefined) parameters.set(name, String(values[name]));
  return parameters.size === 0 ? "" : `?${parameters}`;
};

export const path = (...parts: readonly string[]): string => `/${parts.map(encodeURIComponent).join("/")}`;

/** Every page, one after the other. */
export async function all(
  client: Client,
  where: string,
  what: string,
  values: Values,
  names: readonly string[],
): Promise<Answer> {
  const found: unknown[] = [];
  for (let cursor: unknown; ; ) {
    const answer = await client(
      "GET",
      `${where}${query({ ...values, cursor: cursor as string, limit: "1000" }, [...names, "limit", "cursor"])}`,
    );
    found.push(...(answer[what] as unknown[]));
    cursor = answer.next;
    if (cursor === undefined) return { [what]: found };
  }
}
