import type { ChatDelta } from "../../../chat/index.ts";
import { finishForm } from "../finish.ts";
import { reasoningDetail, toolSignatureForm } from "../signatures.ts";
import type { JsonObject } from "../values.ts";

/** What one choice has said so far, as far as later words depend on it. */
class Said {
  calls = 0;
  /** The stream's number of each tool call that the present provider numbers. */
  readonly numbers = new Map<number, number>();
  /** The thought that a signature would end. */
  thought = "";
  signatures = 0;
}

type ChoiceDelta = Exclude<ChatDelta, { type: "usage" }>;

/**
 * Writes deltas as the `choices` of chunks. Each choice begins with its role; tool calls are numbered through, also
 * where another provider goes on.
 */
export class ChoiceWriter {
  readonly #said = new Map<number, Said>();

  /** What `delta` is in this wire, one element for each chunk. */
  write(delta: ChoiceDelta): JsonObject[] {
    const index = delta.type === "start" ? 0 : delta.choice;
    const begins = !this.#said.has(index);
    const role = begins ? [element(index, { role: "assistant", content: "" })] : [];
    const said = this.#of(index);
    if (delta.type === "start") return role;
    if (delta.type === "finish") return [...role, element(index, {}, finishForm(delta.reason))];
    return [...role, element(index, message(delta, said))];
  }

  /** Takes note of what was said in bytes of the provider's own. */
  note(delta: ChatDelta): void {
    if (delta.type === "usage") return;
    const said = this.#of(delta.type === "start" ? 0 : delta.choice);
    if (delta.type === "tool_call") said.numbers.set(delta.index, said.calls++);
  }

  #of(index: number): Said {
    const known = this.#said.get(index);
    if (known) return known;
    const said = new Said();
    this.#said.set(index, said);
    return said;
  }
}

const element = (index: number, delta: JsonObject, finish_reason: string | null = null): JsonObject => ({
  index,
  delta,
  logprobs: null,
  finish_reason,
});

function message(delta: Exclude<ChoiceDelta, { type: "start" | "finish" }>, said: Said): JsonObject {
  switch (delta.type) {
    case "text":
      return { content: delta.text };
    case "refusal":
      return { refusal: delta.text };
    case "reasoning":
      said.thought += delta.text;
      return { reasoning_content: delta.text };
    case "signature": {
      const detail = reasoningDetail(said.thought, delta.signature, said.signatures++);
      said.thought = "";
      return { reasoning_details: [detail] };
    }
    case "tool_call": {
      const { id, name, signature } = delta;
      const index = said.calls++;
      said.numbers.set(delta.index, index);
      const call = { index, id, type: "function", function: { name, arguments: "" } };
      return { tool_calls: [signature ? { ...call, extra_content: toolSignatureForm(signature) } : call] };
    }
    case "tool_arguments": {
      const index = said.numbers.get(delta.index) ?? delta.index;
      return { tool_calls: [{ index, function: { arguments: delta.json } }] };
    }
  }
}
