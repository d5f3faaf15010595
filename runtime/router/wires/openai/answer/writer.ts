import type { ChatDelta, ChatEvent, Usage } from "../../../chat/index.ts";
import type { RouterError } from "../../../errors.ts";
import type { Trail } from "../../../trail.ts";
import { routerComment } from "../../router-comment.ts";
import type { StreamWriter, WriterOptions } from "../../wire.ts";
import { errorBody } from "../envelope.ts";
import { usageForm } from "../usage.ts";
import { textOf } from "../values.ts";
import { ChoiceWriter } from "./choices.ts";
import { type Head, headOf } from "./head.ts";
import { chunkOf } from "./scanner.ts";

const nothing = Buffer.alloc(0);

/** Writes one stream of the OpenAI wire. */
export class OpenAiStreamWriter implements StreamWriter {
  readonly wire = "openai";
  readonly #includeUsage: boolean;
  readonly #choices = new ChoiceWriter();
  /** The text with which each chunk of this stream begins. */
  #opening: string | undefined;
  /** Said in deltas, and written after everything else. */
  #usage: Usage | undefined;

  constructor({ includeUsage }: WriterOptions) {
    this.#includeUsage = includeUsage;
  }

  forward(event: ChatEvent): Buffer {
    if (event.rawText && this.#opening) return event.bytes;
    if (event.kind === "done" || (event.kind === "usage" && !this.#includeUsage)) return nothing;
    if (!this.#opening) this.#begin(event);
    for (const delta of event.deltas) this.#choices.note(delta);
    return event.bytes;
  }

  write(deltas: readonly ChatDelta[]): Buffer {
    let text = "";
    for (const delta of deltas) {
      if (delta.type === "usage") {
        this.#usage = delta.usage;
        continue;
      }
      if (delta.type === "start") this.#opening ??= openingOf(headOf(delta));
      for (const choice of this.#choices.write(delta)) text += this.#chunk([choice], null);
    }
    return Buffer.from(text);
  }

  end(trail: Trail): Buffer {
    const usage = this.#usage && this.#includeUsage ? this.#chunk([], usageForm(this.#usage)) : "";
    return Buffer.from(`${usage}${routerComment(trail)}data: [DONE]\n\n`);
  }

  error(error: RouterError, trail: Trail): Buffer {
    return Buffer.from(`${routerComment(trail)}data: ${JSON.stringify(errorBody(error))}\n\n`);
  }

  /** Azure's first chunk holds filter results, and no id. */
  #begin(event: ChatEvent): void {
    const { id, created, model, choices } = chunkOf(event);
    if (textOf(id) === "" && choices.length === 0) return;
    const head = headOf({ id: textOf(id), model: textOf(model) });
    this.#opening = openingOf(typeof created === "number" ? { ...head, created } : head);
  }

  /** Where a client asked for usage every other chunk says that it has none. */
  #chunk(choices: readonly object[], usage: object | null): string {
    this.#opening ??= openingOf(headOf({}));
    const end = this.#includeUsage ? `,"usage":${JSON.stringify(usage)}}` : "}";
    return `${this.#opening}${JSON.stringify(choices)}${end}\n\n`;
  }
}

function openingOf({ id, created, model }: Head): string {
  const fields = JSON.stringify({ id, object: "chat.completion.chunk", created, model });
  return `data: ${fields.slice(0, -1)},"choices":`;
}
