import type { RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";
import type { ChatEventKind } from "../../chat/index.ts";
import { eventObject, malformedEvent } from "../../stream/event-object.ts";
import { AnthropicEvent, dataOf, given, isObject, type JsonObject, usageOf } from "../../wires/anthropic/index.ts";
import { failureInStream } from "./failure.ts";

/** A block that has begun and not ended. */
interface OpenBlock {
  /** Which of the answer's tool calls it is; absent where it is none. */
  readonly call?: number;
  /** Something of its input has come. */
  filled: boolean;
}

/** Says of each event of one stream of Claude's what it is, and throws where it is none. */
export class ClaudeScanner {
  #begun = false;
  readonly #open = new Map<number, OpenBlock>();
  #blocks = 0;
  #calls = 0;
  /** As counted so far: each count is of the whole message and replaces the one before. */
  #usage: JsonObject = {};

  /** @returns undefined for an event without data (a comment, a keep-alive) */
  scan(bytes: Buffer): AnthropicEvent | undefined {
    const data = dataOf(bytes);
    if (data === undefined) return undefined;
    const value = parse(data, bytes);
    switch (value.type) {
      case "error":
        throw failureInStream(value);
      case "message_start":
        return this.#begin(value, bytes);
      case "content_block_start":
        return this.#openBlock(value, bytes);
      case "content_block_delta":
        return this.#grow(value, bytes);
      case "content_block_stop":
        return this.#closeBlock(value, bytes);
      case "message_delta":
        return this.#end(value, bytes);
      case "message_stop":
        return event("done", bytes, value);
      default:
        // A ping, or what the wire has come to know since.
        return event("preamble", bytes, value);
    }
  }

  #begin(value: JsonObject, bytes: Buffer): AnthropicEvent {
    const { message } = value;
    if (this.#begun || !isObject(message)) throw malformedEvent();
    if (typeof message.id !== "string" || typeof message.model !== "string") throw malformedEvent();
    this.#begun = true;
    return event("preamble", bytes, value, this.#count(message.usage));
  }

  #openBlock(value: JsonObject, bytes: Buffer): AnthropicEvent {
    const index = indexOf(value);
    const { content_block: block } = value;
    if (!this.#begun || index !== this.#blocks || !isObject(block) || typeof block.type !== "string")
      throw malformedEvent();
    this.#blocks++;
    const isCall = block.type === "tool_use";
    if (isCall && (typeof block.id !== "string" || typeof block.name !== "string")) throw malformedEvent();
    const open = { ...(isCall ? { call: this.#calls++ } : {}), filled: false };
    this.#open.set(index, open);
    const silent = (block.type === "text" && !block.text) || (block.type === "thinking" && !block.thinking);
    return event(silent ? "preamble" : "content", bytes, value, open);
  }

  /** A tool without arguments is called without a word about them; other wires want an empty object. */
  #closeBlock(value: JsonObject, bytes: Buffer): AnthropicEvent {
    const index = indexOf(value);
    const open = this.#open.get(index);
    if (!open) throw malformedEvent();
    this.#open.delete(index);
    const { call, filled } = open;
    if (call === undefined || filled) return event("preamble", bytes, value);
    return event("content", bytes, value, { call, withoutInput: true });
  }

  #grow(value: JsonObject, bytes: Buffer): AnthropicEvent {
    const open = this.#open.get(indexOf(value));
    const { delta } = value;
    if (!open || !isObject(delta) || typeof delta.type !== "string") throw malformedEvent();
    const field = growing[delta.type];
    const grown = field === undefined ? undefined : delta[field];
    if (field !== undefined && typeof grown !== "string") throw malformedEvent();
    if (grown !== "") open.filled = true;
    return event(grown === "" ? "preamble" : "content", bytes, value, open);
  }

  /** There can be several; one of them says why the message ended. */
  #end(value: JsonObject, bytes: Buffer): AnthropicEvent {
    const { delta, usage } = value;
    if (!this.#begun || !isObject(delta)) throw malformedEvent();
    const { stop_reason: reason = null, stop_sequence: sequence = null } = delta;
    if ((reason !== null && typeof reason !== "string") || (sequence !== null && typeof sequence !== "string")) {
      throw malformedEvent();
    }
    return event(reason ? "finish" : "preamble", bytes, value, this.#count(usage));
  }

  #count(usage: unknown) {
    if (isObject(usage)) this.#usage = { ...this.#usage, ...given(usage) };
    const counted = usageOf(this.#usage);
    return counted ? { usage: counted } : {};
  }
}

/** The field that holds a delta's text, of the deltas that are known. */
const growing: Readonly<Record<string, string | undefined>> = {
  text_delta: "text",
  thinking_delta: "thinking",
  signature_delta: "signature",
  input_json_delta: "partial_json",
};

/** Every field that is read later has been checked by then. */
function event(kind: ChatEventKind, bytes: Buffer, value: JsonObject, context = {}): AnthropicEvent {
  return new AnthropicEvent(kind, bytes, value as unknown as RawMessageStreamEvent, context);
}

function indexOf({ index }: JsonObject): number {
  if (typeof index === "number") return index;
  throw malformedEvent();
}

function parse(data: string, bytes: Buffer): JsonObject {
  const value = eventObject(data, bytes);
  if (typeof value.type !== "string") throw malformedEvent();
  return value;
}
