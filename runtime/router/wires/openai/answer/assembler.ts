import type { ChatDelta, ChatEvent } from "../../../chat/index.ts";
import type { Assembler } from "../../wire.ts";
import { usageForm } from "../usage.ts";
import { ChoiceWriter } from "./choices.ts";
import { Completion } from "./completion.ts";
import type { Chunk } from "./deltas.ts";
import { ParsedEvent } from "./event.ts";
import { headOf } from "./head.ts";
import { chunkOf } from "./scanner.ts";

/** Of chunks of this wire: every field that a provider sends is kept, also those that the router does not know. */
export class ChunkAssembler implements Assembler {
  readonly #completion = new Completion();

  add(event: ChatEvent): void {
    this.#completion.count(event);
    if (event.rawText && !(event instanceof ParsedEvent)) {
      this.#completion.append(event.choices?.[0] ?? 0, event.rawText);
    } else if (event.kind !== "done") {
      this.#completion.merge(chunkOf(event));
    }
  }

  finish(): Buffer {
    return this.#completion.toJson();
  }
}

/** Of the events of another wire, by what they say. */
export class DeltaAssembler implements Assembler {
  readonly #completion = new Completion();
  readonly #choices = new ChoiceWriter();

  constructor() {
    this.#completion.merge({ ...headOf({}), choices: [] });
  }

  add(event: ChatEvent): void {
    this.#completion.count(event);
    if (event.rawText) this.#completion.append(event.choices?.[0] ?? 0, event.rawText);
    else for (const delta of event.deltas) this.#completion.merge(this.#chunk(delta));
  }

  finish(): Buffer {
    return this.#completion.toJson();
  }

  #chunk(delta: ChatDelta): Chunk {
    if (delta.type === "usage") return { usage: usageForm(delta.usage), choices: [] };
    const choices = this.#choices.write(delta);
    return delta.type === "start" ? { ...headOf(delta), choices } : { choices };
  }
}
