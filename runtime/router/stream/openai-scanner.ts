import { isUtf8 } from "node:buffer";
import { failureOfStatus, UpstreamFailure } from "../providers/failure.ts";
import { type ChatEvent, usageOf } from "./chat-event.ts";

const contentMark = Buffer.from('"content":"');
const dataMark = Buffer.from("data:");
const malformed = () => new UpstreamFailure("its stream holds a malformed event");

/**
 * Says of each event of one OpenAI stream what it is, and throws where it is none. Every event is proved to be JSON:
 * parsed, or (the hot path) equal to one that was parsed, but for the text of its content, whose escapes are checked.
 * No other state: an event's verdict never depends on which way it was reached.
 */
export class OpenAiScanner {
  /** What stands before and after the content's text in the last content event that was parsed. */
  #head = Buffer.alloc(0);
  #tail = Buffer.alloc(0);
  #choices: readonly number[] = [0];

  /** @returns undefined for an event without data (a comment, a keep-alive) */
  scan(bytes: Buffer): ChatEvent | undefined {
    if (this.#looksLikeLast(bytes)) return { kind: "content", bytes, choices: this.#choices };
    const data = dataOf(bytes);
    if (data === undefined) return undefined;
    if (data === "[DONE]") return { kind: "done", bytes };
    const event = classify(parse(data, bytes), bytes);
    if (event.kind === "content" && !event.usage) this.#remember(bytes, event.choices ?? [0]);
    return event;
  }

  #looksLikeLast(bytes: Buffer): boolean {
    const head = this.#head.length;
    const end = bytes.length - this.#tail.length;
    return (
      head > 0 &&
      end > head &&
      bytes.compare(this.#head, 0, head, 0, head) === 0 &&
      bytes.compare(this.#tail, 0, this.#tail.length, end) === 0 &&
      isPlainText(bytes, head, end)
    );
  }

  #remember(bytes: Buffer, choices: readonly number[]): void {
    this.#head = Buffer.alloc(0);
    const start = bytes.indexOf(contentMark) + contentMark.length;
    if (start < contentMark.length || !bytes.subarray(0, dataMark.length).equals(dataMark)) return;
    const end = endOfText(bytes, start);
    // Elsewhere "content" may be a part of a tool's result or of a second choice: those are always parsed.
    const alone = bytes.indexOf(contentMark, start) < 0 && end > start && isPlainText(bytes, start, end);
    if (!alone || choices.length !== 1) return;
    this.#head = Buffer.from(bytes.subarray(0, start));
    this.#tail = Buffer.from(bytes.subarray(end));
    this.#choices = choices;
  }
}

const backslash = 92;
const quote = 34;

function endOfText(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}

/** Whether these bytes are the inside of a JSON string: no bare quote or control character, known escapes, UTF-8. */
function isPlainText(bytes: Buffer, start: number, end: number): boolean {
  let ascii = true;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte < 32 || byte === quote) return false;
    if (byte > 127) ascii = false;
    if (byte === backslash) {
      at++;
      // "u" needs four digits; rare enough to be left to the parser.
      if (at >= end || !'"\\/bfnrt'.includes(String.fromCharCode(bytes[at] as number))) return false;
    }
  }
  return ascii || isUtf8(bytes.subarray(start, end));
}

/** The event's data, lines joined as the specification says; undefined where it has none. */
function dataOf(bytes: Buffer): string | undefined {
  const oneLine = bytes.indexOf(10) === bytes.length - 2 && bytes.subarray(0, dataMark.length).equals(dataMark);
  if (oneLine) return bytes.toString("utf8", dataMark.length).trim();
  const lines = bytes.toString("utf8").split(/\r?\n/);
  const data = lines.filter((line) => line.startsWith("data:") || line === "data");
  if (data.length === 0) return undefined;
  return data
    .map((line) => line.slice(5).replace(/^ /, ""))
    .join("\n")
    .trim();
}

function parse(data: string, bytes: Buffer): Record<string, unknown> {
  if (!isUtf8(bytes)) throw malformed();
  try {
    const value: unknown = JSON.parse(data);
    if (isRecord(value)) return value;
  } catch {
    // Told below.
  }
  throw malformed();
}

function classify(value: Record<string, unknown>, bytes: Buffer): ChatEvent {
  if (value.error !== undefined && value.error !== null) throw failureInBand(value.error);
  if (!Array.isArray(value.choices)) throw malformed();
  const list: unknown[] = value.choices;
  const usage = usageOf(value.usage);
  if (list.length === 0) return usage ? { kind: "usage", bytes, usage } : { kind: "preamble", bytes };
  const parts = list.map(readChoice);
  const choices = parts.map((part) => part.index);
  const kind = parts.some((part) => part.finished)
    ? "finish"
    : parts.some((part) => part.visible)
      ? "content"
      : "preamble";
  return { kind, bytes, choices, ...(usage ? { usage } : {}) };
}

function readChoice(choice: unknown): { index: number; finished: boolean; visible: boolean } {
  if (!isRecord(choice)) throw malformed();
  const { index, delta, finish_reason: reason } = choice;
  return {
    index: typeof index === "number" ? index : 0,
    finished: typeof reason === "string" && reason !== "",
    visible: isRecord(delta) && Object.entries(delta).some(([key, part]) => key !== "role" && !isEmpty(part)),
  };
}

/** An error that comes inside of a stream that began with status 200. */
export function failureInBand(error: unknown): UpstreamFailure {
  const { code, type, message, param } = isRecord(error) ? error : {};
  const status = [code, isRecord(error) ? error.status : undefined].find((part) => typeof part === "number");
  if (type === "invalid_request_error" && typeof message === "string") {
    return failureOfStatus(400, { message, type, ...(typeof param === "string" ? { param } : {}) });
  }
  return new UpstreamFailure(`an error inside of its answer${status === undefined ? "" : ` (${status})`}`);
}

const isEmpty = (part: unknown): boolean =>
  part === null || part === undefined || part === "" || (Array.isArray(part) && part.length === 0);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
