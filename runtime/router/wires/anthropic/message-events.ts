import { randomUUID } from "node:crypto";
import type {
  ContentBlock,
  Message,
  RawContentBlockDelta,
  RawMessageStreamEvent,
} from "@anthropic-ai/sdk/resources/messages";
import type { ChatDelta, Signature, Usage } from "../../chat/index.ts";
import { UpstreamFailure } from "../../providers/failure.ts";
import { signatureText } from "./signature.ts";
import { stopReasonOf } from "./stop-reason.ts";
import { toolUseId } from "./tool-use-id.ts";
import { deltaUsage } from "./usage.ts";

type Delta<Type extends ChatDelta["type"]> = Extract<ChatDelta, { type: Type }>;

/** The block that is being written: this wire has one at a time. */
interface OpenBlock {
  readonly index: number;
  readonly type: string;
  /** The tool call that it is, by its index in what was said. */
  readonly call?: number;
}

/**
 * Says an answer in the events of this wire: blocks one after the other, counted through, also where another target
 * goes on with an answer that broke off.
 */
export class MessageEvents {
  #started = false;
  #open: OpenBlock | undefined;
  #nextIndex = 0;
  #refused = false;
  #finish: Delta<"finish"> | undefined;
  #usage: Usage | undefined;

  /** Takes note of an event that has been forwarded as it came. */
  note(event: RawMessageStreamEvent): void {
    switch (event.type) {
      case "message_start":
        this.#started = true;
        return;
      case "content_block_start":
        this.#open = { index: event.index, type: event.content_block.type };
        this.#nextIndex = event.index + 1;
        return;
      case "content_block_stop":
        this.#open = undefined;
    }
  }

  /** What was said, in events. The finish and usage wait for `end`: the wire has one event for both. */
  of(deltas: readonly ChatDelta[]): RawMessageStreamEvent[] {
    return deltas.flatMap((delta) => this.#say(delta));
  }

  /** The events before the last one; only of a whole answer. */
  end(): RawMessageStreamEvent[] {
    const finish = this.#finish;
    // It was forwarded with the others.
    if (!finish) return [];
    return [
      ...this.#start(),
      ...this.#close(),
      {
        type: "message_delta",
        delta: {
          stop_reason: this.#refused && finish.reason === "stop" ? "refusal" : stopReasonOf(finish.reason),
          stop_sequence: finish.stopSequence ?? null,
          stop_details: null,
          container: null,
        },
        usage: deltaUsage(this.#usage),
      },
    ];
  }

  #say(delta: ChatDelta): RawMessageStreamEvent[] {
    switch (delta.type) {
      case "start":
        return this.#start(delta);
      case "refusal":
        // Text like any other in this wire: what it was is told at the end.
        this.#refused ||= delta.text !== "";
        return this.#say({ ...delta, type: "text" });
      case "text":
        return delta.text === "" ? [] : this.#grow({ type: "text_delta", text: delta.text });
      case "reasoning":
        return delta.text === "" ? [] : this.#grow({ type: "thinking_delta", thinking: delta.text });
      case "signature":
        return this.#sign(delta.signature);
      case "tool_call":
        return this.#call(delta);
      case "tool_arguments":
        return this.#argue(delta);
      case "finish":
        this.#finish = delta;
        return [];
      case "usage":
        this.#usage = delta.usage;
        return [];
    }
  }

  /** Only the first target's beginning is the message's. */
  #start(named?: Delta<"start">): RawMessageStreamEvent[] {
    if (this.#started) return [];
    this.#started = true;
    const { id, model } = named ?? { id: `msg_${randomUUID()}`, model: "" };
    return [{ type: "message_start", message: emptyMessage(id, model) }];
  }

  #grow(delta: RawContentBlockDelta): RawMessageStreamEvent[] {
    const opening = delta.type === "text_delta" ? this.#block(emptyText) : this.#block(emptyThinking);
    return [...opening, ...this.#delta(delta)];
  }

  /** Ends the thought; one that is not open is a block of its own, as after a redacted thought. */
  #sign(signature: Signature): RawMessageStreamEvent[] {
    if (signature.redacted && signature.by === "claude") {
      return [...this.#openNew({ type: "redacted_thinking", data: signature.value }), ...this.#close()];
    }
    const signed = { type: "signature_delta", signature: signatureText(signature) } as const;
    return [...this.#block(emptyThinking), ...this.#delta(signed), ...this.#close()];
  }

  /** A call has no signature in this wire: it stands in a thought before it. */
  #call({ id, index, name, signature }: Delta<"tool_call">): RawMessageStreamEvent[] {
    const signed = signature ? this.#sign(signature) : [];
    const block: ContentBlock = { type: "tool_use", id: toolUseId(id), name, input: {}, caller: { type: "direct" } };
    return [...signed, ...this.#openNew(block, index)];
  }

  #argue({ index, json }: Delta<"tool_arguments">): RawMessageStreamEvent[] {
    if (this.#open?.call !== index) throw new UpstreamFailure("its stream mixes the arguments of tool calls");
    return json === "" ? [] : this.#delta({ type: "input_json_delta", partial_json: json });
  }

  /** Goes on with the open block where it is of this type. */
  #block(empty: ContentBlock): RawMessageStreamEvent[] {
    return this.#open?.type === empty.type ? [] : this.#openNew(empty);
  }

  #openNew(block: ContentBlock, call?: number): RawMessageStreamEvent[] {
    const before = [...this.#start(), ...this.#close()];
    const index = this.#nextIndex++;
    this.#open = { index, type: block.type, ...(call === undefined ? {} : { call }) };
    return [...before, { type: "content_block_start", index, content_block: block }];
  }

  #delta(delta: RawContentBlockDelta): RawMessageStreamEvent[] {
    return this.#open ? [{ type: "content_block_delta", index: this.#open.index, delta }] : [];
  }

  #close(): RawMessageStreamEvent[] {
    if (!this.#open) return [];
    const { index } = this.#open;
    this.#open = undefined;
    return [{ type: "content_block_stop", index }];
  }
}

const emptyText: ContentBlock = { type: "text", text: "", citations: null };
const emptyThinking: ContentBlock = { type: "thinking", thinking: "", signature: "" };

/** A message as it begins: what it used is known at its end. */
function emptyMessage(id: string, model: string): Message {
  return {
    id,
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage: { ...deltaUsage(undefined), cache_creation: null, inference_geo: null, service_tier: null, speed: null },
  };
}
