import type {
  AssistantPart,
  ChatDelta,
  ChatRequest,
  FinishReason,
  MediaSource,
  Message,
  UserPart,
} from "../chat/index.ts";
import { redact } from "../secrets.ts";

/** Characters of one attribute; what is longer is cut, so that one prompt can't fill the queue of spans. */
const maxCharacters = 128 * 1024;
/** What a message's or a part's own JSON takes beside its text, about. */
const overhead = 64;
const cut = "[cut]";

/**
 * The prompt as `gen_ai.input.messages`. Images and files are named, never copied.
 *
 * @returns JSON of the conventions' form, without any secret that this process knows
 * @see https://github.com/open-telemetry/semantic-conventions/blob/v1.41.1/docs/gen-ai/gen-ai-input-messages.json
 */
export function inputMessages({ messages }: Pick<ChatRequest, "messages">): string {
  const budget = new Budget();
  const told = budget.each(messages, (message) => ({ role: message.role, parts: partsOf(message, budget) }));
  return safeJson(told);
}

function partsOf(message: Message, budget: Budget): object[] {
  if (message.role === "tool") {
    const response = budget.each(message.parts, (part) => userPart(part, budget));
    return [{ type: "tool_call_response", id: budget.take(message.callId), response }];
  }
  if (message.role === "assistant") return budget.each(message.parts, (part) => assistantPart(part, budget));
  return budget.each<UserPart>(message.parts, (part) => userPart(part, budget));
}

function userPart(part: UserPart, budget: Budget): object {
  switch (part.type) {
    case "text":
      return { type: "text", content: budget.take(part.text) };
    case "image":
      return media("image", part.source, budget);
    case "file":
      return media("document", part.source, budget);
  }
}

function media(modality: string, source: MediaSource, budget: Budget): object {
  if (source.kind === "url") return { type: "uri", modality, uri: budget.take(source.url) };
  return { type: "blob", modality, mime_type: budget.take(source.mediaType), content: "" };
}

function assistantPart(part: AssistantPart, budget: Budget): object {
  switch (part.type) {
    case "text":
    case "refusal":
      return { type: "text", content: budget.take(part.text) };
    case "reasoning":
      return { type: "reasoning", content: budget.take(part.text) };
    case "tool_call":
      return {
        type: "tool_call",
        id: budget.take(part.id),
        name: budget.take(part.name),
        arguments: budget.take(part.arguments),
      };
  }
}

interface Call {
  readonly id: string;
  readonly name: string;
  json: string;
}

interface Choice {
  text: string;
  reasoning: string;
  readonly calls: Map<number, Call>;
  finish: FinishReason | undefined;
}

const finishReasons: Partial<Record<FinishReason, string>> = { tool_calls: "tool_call", stop_sequence: "stop" };

/** Puts an answer together for `gen_ai.output.messages`. */
export class AnswerContent {
  readonly #choices = new Map<number, Choice>();
  readonly #budget = new Budget();

  add(deltas: readonly ChatDelta[]): void {
    for (const delta of deltas) {
      const choice = "choice" in delta ? this.#choice(delta.choice) : undefined;
      if (choice) this.#add(choice, delta);
    }
  }

  /** JSON of the conventions' form; undefined where nothing was said. */
  messages(): string | undefined {
    if (this.#choices.size === 0) return undefined;
    const told = [...this.#choices.values()].map(({ text, reasoning, calls, finish }) => ({
      role: "assistant",
      parts: [
        ...(reasoning === "" ? [] : [{ type: "reasoning", content: reasoning }]),
        ...(text === "" ? [] : [{ type: "text", content: text }]),
        ...[...calls.values()].map(({ id, name, json }) => ({ type: "tool_call", id, name, arguments: json })),
      ],
      // An answer that broke off has no reason of its own.
      finish_reason: finish === undefined ? "error" : (finishReasons[finish] ?? finish),
    }));
    return safeJson(told);
  }

  #add(choice: Choice, delta: ChatDelta): void {
    switch (delta.type) {
      case "text":
      case "refusal":
        choice.text += this.#budget.take(delta.text);
        break;
      case "reasoning":
        choice.reasoning += this.#budget.take(delta.text);
        break;
      case "tool_call":
        if (this.#budget.admit()) choice.calls.set(delta.index, this.#call(delta));
        break;
      case "tool_arguments": {
        const call = choice.calls.get(delta.index);
        if (call) call.json += this.#budget.take(delta.json);
        break;
      }
      case "finish":
        choice.finish = delta.reason;
        break;
    }
  }

  #call({ id, name }: { readonly id: string; readonly name: string }): Call {
    return { id: this.#budget.take(id), name: this.#budget.take(name), json: "" };
  }

  #choice(index: number): Choice | undefined {
    const known = this.#choices.get(index);
    if (known) return known;
    if (!this.#budget.admit()) return undefined;
    const made: Choice = { text: "", reasoning: "", calls: new Map(), finish: undefined };
    this.#choices.set(index, made);
    return made;
  }
}

/** How much of one attribute is left. */
class Budget {
  #left = maxCharacters;

  take(text: string): string {
    if (this.#left <= 0) return "";
    const taken = text.length <= this.#left ? text : text.slice(0, this.#left) + cut;
    this.#left -= text.length;
    return taken;
  }

  /** Of a list as much as there is room for. */
  each<T>(items: readonly T[], tell: (item: T) => object): object[] {
    const told: object[] = [];
    for (const item of items) {
      if (!this.admit()) break;
      told.push(tell(item));
    }
    return told;
  }

  /** Whether there is room for one message or part more. */
  admit(): boolean {
    if (this.#left <= 0) return false;
    this.#left -= overhead;
    return true;
  }
}

const safeJson = (value: object): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "string" ? redact(inner) : inner));
