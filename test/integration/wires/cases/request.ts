import type { AskedOf, ClientWire } from "../clients.ts";
import type { Backend } from "../house.ts";

/**
 * One request, said in each wire. What a client of the first two writes is also what a provider of the same wire must
 * receive, whoever asked.
 */
export interface RequestCase {
  readonly name: string;
  /** A wire that can't say it is left out. */
  readonly openai?: AskedOf["openai"];
  readonly anthropic?: AskedOf["anthropic"];
  /** The body that Gemini must receive. */
  readonly gemini?: Readonly<Record<string, unknown>>;
  /** What a backend must receive that differs from the form of its wire: fields in place of those. */
  readonly instead?: Partial<Record<Backend | `${ClientWire} to ${Backend}`, Readonly<Record<string, unknown>>>>;
  /** Those that can do it; all by default. */
  readonly backends?: readonly Backend[];
  /** The model, where it is not the backend's default. */
  readonly model?: Partial<Record<Backend, string>>;
}
