import type { ChatEvent } from "../../../chat/index.ts";
import { UpstreamFailure } from "../../../providers/failure.ts";
import { isObject, type JsonObject, listOf } from "../values.ts";
import { type Chunk, indexOf } from "./deltas.ts";
import { mergeInto } from "./merge.ts";
import { RawText } from "./raw-text.ts";

/** No whole answer is larger: a client that did not ask for a stream costs its whole answer in memory. */
const maxBytes = 64 * 1024 * 1024;

/** One choice as far as it has come; its text is kept apart and never decoded. */
class Choice {
  readonly fields: JsonObject = {};
  readonly message: JsonObject = {};
  readonly text = new RawText();
}

/** A whole answer in the making: what a stream says in chunks, in the form of an answer that was not streamed. */
export class Completion {
  readonly #fields: JsonObject = {};
  readonly #choices = new Map<number, Choice>();
  #bytes = 0;

  /** @throws UpstreamFailure where the answer grows too large */
  count({ rawText, bytes }: ChatEvent): void {
    this.#bytes += (rawText ?? bytes).length;
    if (this.#bytes > maxBytes) throw new UpstreamFailure("its answer is too large");
  }

  merge(chunk: Chunk): void {
    mergeInto(this.#fields, chunk, "choices");
    for (const part of chunk.choices) {
      const choice = this.#choice(indexOf(part));
      mergeInto(choice.fields, part, "delta");
      const { delta } = part;
      if (!isObject(delta)) continue;
      const { content } = delta;
      const isText = typeof content === "string";
      mergeInto(choice.message, delta, isText ? "content" : undefined);
      if (isText && content !== "") choice.text.append(Buffer.from(JSON.stringify(content).slice(1, -1)));
    }
  }

  /** @param text the inside of a JSON string */
  append(index: number, text: Buffer): void {
    this.#choice(index).text.append(text);
  }

  toJson(): Buffer {
    const { id, created, model, object: _object, obfuscation: _padding, ...rest } = this.#fields;
    const parts: (string | Buffer)[] = [open({ id, object: "chat.completion", created, model }), '"choices":['];
    const choices = [...this.#choices].sort(([one], [other]) => one - other);
    for (const [at, [index, choice]] of choices.entries()) parts.push(at === 0 ? "" : ",", ...written(index, choice));
    parts.push("]", close(rest));
    return Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  }

  #choice(index: number): Choice {
    const known = this.#choices.get(index);
    if (known) return known;
    const choice = new Choice();
    this.#choices.set(index, choice);
    return choice;
  }
}

function* written(index: number, { fields, message, text }: Choice): Generator<string | Buffer> {
  const { role, content, refusal = null, tool_calls, ...rest } = message;
  const calls = listOf(tool_calls).map(withoutIndex);
  yield `{"index":${index},"message":${open({ role: role ?? "assistant" })}"content":`;
  if (text.length > 0) yield* ['"', text.read(), '"'];
  else if (Array.isArray(content)) yield JSON.stringify(content);
  else yield hasOther(message) ? "null" : '""';
  yield close({ refusal, ...(calls.length > 0 ? { tool_calls: calls } : {}), ...rest });
  const { logprobs = null, finish_reason = null, index: _index, ...others } = fields;
  yield close({ logprobs, finish_reason, ...others });
}

/** Whether the answer is something else than text; then OpenAI's own content is null, and else it is empty. */
const hasOther = ({ refusal, tool_calls, function_call, audio }: JsonObject): boolean =>
  Boolean(refusal) || listOf(tool_calls).length > 0 || isObject(function_call) || isObject(audio);

/** Only the parts of a stream are numbered. */
function withoutIndex(call: unknown): unknown {
  if (!isObject(call)) return call;
  const { index: _index, ...rest } = call;
  return { type: "function", ...rest };
}

/** An object's text without its end, and with a comma for what follows. */
const open = (fields: JsonObject): string => `${JSON.stringify(fields).slice(0, -1)},`;

/** The rest of an object's text. */
function close(fields: JsonObject): string {
  const text = JSON.stringify(fields);
  return text === "{}" ? "}" : `,${text.slice(1)}`;
}
