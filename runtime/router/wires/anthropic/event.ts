import type {
  RawContentBlockDeltaEvent,
  RawContentBlockStartEvent,
  RawMessageDeltaEvent,
  RawMessageStreamEvent,
} from "@anthropic-ai/sdk/resources/messages";
import type { ChatDelta, ChatEvent, ChatEventKind, Usage } from "../../chat/index.ts";
import { signatureOf } from "./signature.ts";
import { dataOf } from "./sse.ts";
import { finishReasonOf } from "./stop-reason.ts";

/** What is known of an event beside what it says itself. */
export interface EventContext {
  readonly usage?: Usage;
  /** Which of the answer's tool calls its block is, from 0; absent where the block is none. */
  readonly call?: number;
  /** It ends a call of which no input came. */
  readonly withoutInput?: boolean;
}

/** One event of this wire's stream, parsed and checked. */
export class AnthropicEvent implements ChatEvent {
  readonly kind: ChatEventKind;
  readonly bytes: Buffer;
  /** Its data. The wire may grow: `type` and the types inside of it can be others than those named here. */
  readonly value: RawMessageStreamEvent;
  readonly usage?: Usage;
  readonly #context: EventContext;
  #deltas: readonly ChatDelta[] | undefined;

  constructor(kind: ChatEventKind, bytes: Buffer, value: RawMessageStreamEvent, context: EventContext = {}) {
    this.kind = kind;
    this.bytes = bytes;
    this.value = value;
    this.#context = context;
    if (context.usage) this.usage = context.usage;
  }

  get deltas(): readonly ChatDelta[] {
    this.#deltas ??= deltasOf(this.value, this.#context);
    return this.#deltas;
  }
}

/** The data of an event of this wire, whoever read it. */
export function eventValue(event: ChatEvent): RawMessageStreamEvent {
  if (event instanceof AnthropicEvent) return event.value;
  return JSON.parse(dataOf(event.bytes) ?? "{}") as RawMessageStreamEvent;
}

/** What only this wire knows, a server's own tools for one, says nothing to others. */
function deltasOf(value: RawMessageStreamEvent, context: EventContext): ChatDelta[] {
  switch (value.type) {
    case "message_start":
      return [{ type: "start", id: value.message.id, model: value.message.model }];
    case "content_block_start":
      return beginning(value, context);
    case "content_block_delta":
      return growth(value, context);
    case "content_block_stop": {
      const { call, withoutInput } = context;
      return call !== undefined && withoutInput ? [{ type: "tool_arguments", choice: 0, index: call, json: "{}" }] : [];
    }
    case "message_delta":
      return ending(value, context);
    default:
      return [];
  }
}

function beginning({ content_block: block }: RawContentBlockStartEvent, { call }: EventContext): ChatDelta[] {
  switch (block.type) {
    case "text":
      return block.text ? [{ type: "text", choice: 0, text: block.text }] : [];
    case "thinking":
      return block.thinking ? [{ type: "reasoning", choice: 0, text: block.thinking }] : [];
    case "redacted_thinking":
      return [{ type: "signature", choice: 0, signature: { by: "claude", value: block.data, redacted: true } }];
    case "tool_use":
      return call === undefined ? [] : [{ type: "tool_call", choice: 0, index: call, id: block.id, name: block.name }];
    default:
      return [];
  }
}

function growth({ delta }: RawContentBlockDeltaEvent, { call }: EventContext): ChatDelta[] {
  switch (delta.type) {
    case "text_delta":
      return [{ type: "text", choice: 0, text: delta.text }];
    case "thinking_delta":
      return [{ type: "reasoning", choice: 0, text: delta.thinking }];
    case "signature_delta": {
      const signature = signatureOf(delta.signature);
      return signature ? [{ type: "signature", choice: 0, signature }] : [];
    }
    case "input_json_delta":
      return call === undefined ? [] : [{ type: "tool_arguments", choice: 0, index: call, json: delta.partial_json }];
    default:
      return [];
  }
}

function ending({ delta }: RawMessageDeltaEvent, { usage }: EventContext): ChatDelta[] {
  if (!delta.stop_reason) return [];
  const reason = finishReasonOf(delta.stop_reason);
  const stopSequence = delta.stop_sequence ? { stopSequence: delta.stop_sequence } : {};
  return [
    { type: "finish", choice: 0, reason, ...stopSequence },
    ...(usage ? [{ type: "usage", usage } as const] : []),
  ];
}
