import type { Unsupported } from "../../chat/index.ts";
import type { ChatQuestion } from "../provider.ts";

/** Fields whose names differ between the clients' wires. */
const names = {
  openai: { stop: "stop", format: "response_format" },
  anthropic: { stop: "stop_sequences", format: "output_config.format" },
} as const;

/** Collects what of a request Gemini can't do, in the words of the client's wire. */
export class Refusals {
  readonly #wire: ChatQuestion["wire"];
  readonly #found: Unsupported[] = [];

  constructor(wire: ChatQuestion["wire"]) {
    this.#wire = wire;
  }

  /** @param param a field's name in the client's wire, or the name under which `names` lists it */
  field(param: string | { readonly of: keyof (typeof names)["openai"] }, reason: string): void {
    this.#add(typeof param === "string" ? param : names[this.#wire][param.of], reason);
  }

  /** Only the OpenAI wire has the router's messages one by one; Anthropic's hold several of them. */
  message(reason: string, index: number, part?: number): void {
    const where = part === undefined ? `messages[${index}]` : `messages[${index}].content[${part}]`;
    this.#add(this.#wire === "openai" ? where : "messages", reason);
  }

  get found(): readonly Unsupported[] {
    return this.#found;
  }

  #add(param: string, reason: string): void {
    this.#found.push({ param, reason: `gemini ${reason}` });
  }
}
