import type { ChatEvent } from "../../../chat/index.ts";
import { failureOfStatus, UpstreamFailure } from "../../../providers/failure.ts";
import { eventObject, malformedEvent } from "../../../stream/event-object.ts";
import { failedReasons } from "../finish.ts";
import { usageOf } from "../usage.ts";
import { isObject, type JsonObject, textOf } from "../values.ts";
import { type Chunk, indexOf } from "./deltas.ts";
import { ParsedEvent, TextEvent } from "./event.ts";
import { TextTemplate } from "./text-template.ts";
import { ToolCallNumbers } from "./tool-call-numbers.ts";

/**
 * Says of each event of one OpenAI stream what it is, and throws where it is none. Every event is proved to be JSON:
 * parsed, or (the hot path) equal to one that was parsed, but for the text of its content, whose escapes are checked.
 * What is said of an event never depends on which of the two ways it went.
 */
export class OpenAiScanner {
  /** The form of the last event that was parsed and was text alone. */
  #template: TextTemplate | undefined;
  #begun = false;
  readonly #calls = new ToolCallNumbers();

  /**
   * Takes the events of text that follow one another from `at` on, as one: they are as good as one with all their text.
   *
   * @returns where the first event begins that is none of them
   */
  run(bytes: Buffer, at: number, events: ChatEvent[]): number {
    const run = this.#template?.run(bytes, at);
    if (!this.#template || !run) return at;
    events.push(new TextEvent(bytes.subarray(at, run.end), this.#template.choices, run.text));
    return run.end;
  }

  /** @returns undefined for an event without data (a comment, a keep-alive) */
  scan(bytes: Buffer): ChatEvent | undefined {
    const template = this.#template;
    const rawText = template?.match(bytes);
    if (template && rawText) return new TextEvent(bytes, template.choices, rawText);
    const data = dataOf(bytes);
    if (data === undefined) return undefined;
    if (data === "[DONE]") return { kind: "done", bytes, deltas: [] };
    return this.#classify(parse(data, bytes), bytes);
  }

  #classify(chunk: Chunk, bytes: Buffer): ChatEvent {
    const usage = usageOf(chunk.usage);
    if (chunk.choices.length === 0) {
      return new ParsedEvent(bytes, chunk, { kind: usage ? "usage" : "preamble", usage, begins: false });
    }
    const begins = !this.#begun;
    this.#begun = true;
    const states = chunk.choices.map((choice) => this.#read(choice, chunk));
    const finished = states.some((state) => state.finished);
    const kind = finished ? "finish" : states.some((state) => state.visible) ? "content" : "preamble";
    const alone = states.length === 1 && !begins && !finished && !usage ? states[0] : undefined;
    const rawText = alone?.text === undefined ? undefined : this.#learn(bytes, alone.index, alone.text);
    return new ParsedEvent(bytes, chunk, { kind, choices: chunk.choices.map(indexOf), usage, rawText, begins });
  }

  #learn(bytes: Buffer, choice: number, text: string): Buffer | undefined {
    this.#template = TextTemplate.of(bytes, choice, text);
    return this.#template?.match(bytes);
  }

  #read(choice: JsonObject, chunk: Chunk): ChoiceState {
    const { delta, finish_reason, logprobs } = choice;
    const index = indexOf(choice);
    const reason = textOf(finish_reason);
    if (failedReasons.includes(reason)) throw new UpstreamFailure(`its answer ended with "${reason}"`);
    const message = isObject(delta) ? delta : {};
    const { content } = message;
    if (Array.isArray(message.tool_calls)) this.#calls.settle(index, message.tool_calls, chunk.id);
    const seen = Object.keys(message).filter((key) => key !== "role" && !isEmpty(message[key]));
    const alone = seen.length === 1 && seen[0] === "content" && isEmpty(logprobs) && typeof content === "string";
    return { index, finished: reason !== "", visible: seen.length > 0, text: alone ? content : undefined };
  }
}

interface ChoiceState {
  readonly index: number;
  readonly finished: boolean;
  readonly visible: boolean;
  /** Set where the choice says text and nothing else. */
  readonly text: string | undefined;
}

const dataMark = Buffer.from("data:");
const lineFeed = 10;

/** The event's data, lines joined as the specification says; undefined where it has none. */
function dataOf(bytes: Buffer): string | undefined {
  const oneLine = bytes.indexOf(lineFeed) === bytes.length - 2 && bytes.indexOf(dataMark) === 0;
  if (oneLine) return bytes.toString("utf8", dataMark.length).trim();
  const lines = bytes.toString("utf8").split(/\r?\n/);
  const data = lines.filter((line) => line.startsWith("data:") || line === "data");
  if (data.length === 0) return undefined;
  return data
    .map((line) => line.slice(5).replace(/^ /, ""))
    .join("\n")
    .trim();
}

function parse(data: string, bytes: Buffer): Chunk {
  const value = eventObject(data, bytes);
  if (!isEmpty(value.error)) throw failureInBand(value.error);
  const { choices } = value;
  if (!Array.isArray(choices) || !choices.every(isObject)) throw malformedEvent();
  return value as Chunk;
}

/** The chunk that an event holds, parsed anew where it was accepted without. */
export function chunkOf(event: ChatEvent): Chunk {
  return event instanceof ParsedEvent ? event.chunk : parse(dataOf(event.bytes) ?? "", event.bytes);
}

/** Codes with which a provider refuses the request itself, whatever it calls the type. */
const refusals: readonly unknown[] = ["context_length_exceeded", "content_filter", "content_policy_violation"];

/** An error that comes inside of an answer whose status was 200. */
export function failureInBand(error: unknown): UpstreamFailure {
  const { code, status, type, message, param } = isObject(error) ? error : {};
  if (typeof message === "string" && (type === "invalid_request_error" || refusals.includes(code))) {
    return failureOfStatus(400, {
      message,
      ...(typeof type === "string" ? { type } : {}),
      ...(typeof param === "string" ? { param } : {}),
      ...(typeof code === "string" ? { code } : {}),
    });
  }
  const number = [code, status].find((part) => typeof part === "number");
  return new UpstreamFailure(`an error inside of its answer${number === undefined ? "" : ` (${number})`}`, {
    retryable: true,
  });
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
