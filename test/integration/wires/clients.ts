import type Anthropic from "@anthropic-ai/sdk";
import type OpenAI from "openai";
import type { House } from "./house.ts";

export type OpenAiAsked = Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, "model" | "stream">;

/** The SDK speaks the version of the wire that has no sampling parameters any more; with the older one they are taken. */
interface Sampling {
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  /** `anthropic-version`, instead of the SDK's own. */
  readonly version?: string;
}

export type AnthropicAsked = Omit<Anthropic.MessageCreateParamsNonStreaming, "model" | "stream" | "max_tokens"> &
  Sampling & { readonly max_tokens?: number };

/** One request as a client of each wire writes it. */
export interface AskedOf {
  readonly openai: OpenAiAsked;
  readonly anthropic: AnthropicAsked;
}

export interface AnswerTo {
  readonly openai: OpenAI.ChatCompletion;
  readonly anthropic: Anthropic.Message;
}

export type ClientWire = keyof AskedOf;
export const clientWires = ["openai", "anthropic"] as const satisfies ClientWire[];

export const modes = ["whole", "streamed"] as const;
export type Mode = (typeof modes)[number];

/** The official client of one wire. */
export interface Client<Wire extends ClientWire> {
  /** Resolves with what the SDK makes of the answer; streamed or not it is the same. */
  ask(house: House, model: string, asked: AskedOf[Wire], mode: Mode): Promise<AnswerTo[Wire]>;
  /** The next turn: what was asked, the answer as it came, and a result for each of its calls, or a further question. */
  follow(asked: AskedOf[Wire], answer: AnswerTo[Wire], results: readonly string[]): AskedOf[Wire];
}

/** What the router adds to the wire where a model thinks, and Ollama's own name for the same. */
interface Thoughts {
  readonly reasoning_content?: string;
  readonly reasoning?: string;
}

const furtherQuestion = { role: "user", content: "And then?" } as const;

const openai: Client<"openai"> = {
  async ask({ openai }, model, asked, mode) {
    if (mode === "whole") return openai.chat.completions.create({ ...asked, model });
    const stream = openai.chat.completions.stream({ ...asked, model, stream_options: { include_usage: true } });
    // The SDK keeps of fields that it does not know only their last part.
    let thought = "";
    stream.on("chunk", ({ choices }) => {
      const delta = choices[0]?.delta as Thoughts | undefined;
      thought += delta?.reasoning_content ?? delta?.reasoning ?? "";
    });
    const { choices, ...rest } = await stream.finalChatCompletion();
    const thoughts = (message: object) =>
      "reasoning" in message
        ? { reasoning: thought }
        : "reasoning_content" in message && { reasoning_content: thought };
    const whole = choices.map((choice) => ({ ...choice, message: { ...choice.message, ...thoughts(choice.message) } }));
    return { ...rest, choices: whole } as OpenAI.ChatCompletion;
  },
  follow(asked, { choices }, results) {
    const message = choices[0]?.message;
    if (!message) throw new Error("an answer without a choice");
    const calls = message.tool_calls ?? [];
    const answers = calls.map(
      ({ id }, at) => ({ role: "tool", tool_call_id: id, content: results[at] ?? "" }) as const,
    );
    const next = answers.length > 0 ? answers : [furtherQuestion];
    return { ...asked, messages: [...asked.messages, message, ...next] };
  },
};

/** Anthropic's clients can't leave it out. */
const max_tokens = 2_000;

const anthropic: Client<"anthropic"> = {
  ask({ anthropic: { messages } }, model, { version, ...asked }, mode) {
    const params = { max_tokens, ...asked, model };
    const options = version === undefined ? {} : { headers: { "anthropic-version": version } };
    return mode === "whole" ? messages.create(params, options) : messages.stream(params, options).finalMessage();
  },
  follow(asked, { content }, results) {
    const calls = content.filter((block) => block.type === "tool_use");
    const answers = calls.map(({ id }, at): Anthropic.ToolResultBlockParam => {
      return { type: "tool_result", tool_use_id: id, content: [{ type: "text", text: results[at] ?? "" }] };
    });
    const next: Anthropic.MessageParam = answers.length > 0 ? { role: "user", content: answers } : furtherQuestion;
    return { ...asked, messages: [...asked.messages, { role: "assistant", content }, next] };
  },
};

export const clients = { openai, anthropic } as const;
