import type { RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages";
import { given, isObject, type JsonObject } from "./json.ts";

/**
 * Puts a message's events together to what the wire answers without streaming. What is not known here survives: fields,
 * blocks, and deltas whose strings go on where those of the block end.
 */
export class MessageFold {
  #message: JsonObject = {};
  readonly #content: JsonObject[] = [];
  /** JSON text of the inputs of open blocks, by the block's index. */
  readonly #inputs = new Map<number, string>();

  add(event: RawMessageStreamEvent): void {
    switch (event.type) {
      case "message_start":
        this.#message = { ...event.message };
        return;
      case "content_block_start":
        this.#content[event.index] = { ...event.content_block };
        return;
      case "content_block_delta":
        this.#grow(event.index, { ...event.delta });
        return;
      case "content_block_stop":
        this.#close(event.index);
        return;
      case "message_delta":
        this.#update({ ...event });
    }
  }

  get message(): JsonObject {
    for (const index of [...this.#inputs.keys()]) this.#close(index);
    return { ...this.#message, content: this.#content };
  }

  #grow(index: number, { type, ...parts }: JsonObject): void {
    const block = this.#content[index];
    if (!block) return;
    switch (type) {
      case "input_json_delta":
        this.#inputs.set(index, (this.#inputs.get(index) ?? "") + String(parts.partial_json));
        return;
      case "signature_delta":
        block.signature = parts.signature;
        return;
      case "citations_delta":
        block.citations = [...(Array.isArray(block.citations) ? block.citations : []), parts.citation];
        return;
      default:
        for (const [name, part] of Object.entries(parts)) {
          const before = block[name];
          block[name] = typeof part === "string" && typeof before === "string" ? before + part : part;
        }
    }
  }

  #close(index: number): void {
    const block = this.#content[index];
    const json = this.#inputs.get(index);
    this.#inputs.delete(index);
    if (block && json) block.input = inputOf(json);
  }

  /** Counts are those of the whole message; what does not apply is null or left out. */
  #update({ type: _, delta, usage, ...others }: JsonObject): void {
    const before = isObject(this.#message.usage) ? this.#message.usage : {};
    this.#message = {
      ...this.#message,
      ...given(others),
      ...(isObject(delta) ? given(delta) : {}),
      usage: { ...before, ...(isObject(usage) ? given(usage) : {}) },
    };
  }
}

/** An input that the limit of tokens cut off is no JSON; what there is of it is kept in the form that the wire names. */
function inputOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return { INVALID_JSON: json };
  }
}
