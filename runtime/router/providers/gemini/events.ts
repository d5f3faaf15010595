import { isUtf8 } from "node:buffer";
import { randomBytes } from "node:crypto";
import type { ChatDelta, ChatEvent, Usage } from "../../chat/index.ts";
import { isObject } from "../../json.ts";
import { UpstreamFailure } from "../failure.ts";
import { failureInBand } from "./errors.ts";
import { finishReasonOf, isSaid, promptBlocked } from "./finish.ts";
import { usageOf } from "./usage.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What is known of an answer before it comes. */
export interface Expected {
  /** Its model's name, where the answer does not say which one it was. */
  readonly model: string;
  /** So many tool calls of a choice are told, and no more. */
  readonly maxCalls?: number | undefined;
}

interface Choice {
  calls: number;
  finished: boolean;
}

/**
 * Reads the events of one answer; each is a whole GenerateContentResponse. What it says is made at once: no client
 * speaks this wire, so every event is translated anyway.
 */
export class GeminiEvents {
  readonly #expected: Expected;
  #started = false;
  #choices = new Map<number, Choice>();

  constructor(expected: Expected) {
    this.#expected = expected;
  }

  /**
   * An event with words and their end becomes two: an end is held until the answer is known to be whole.
   *
   * @throws UpstreamFailure where it is malformed, an error, or the end of an answer that broke off
   */
  read(bytes: Buffer): ChatEvent[] {
    const response = responseIn(bytes);
    if (!response) return [];
    const { candidates = [], promptFeedback, usageMetadata } = response;
    if (isObject(promptFeedback) && isSaid(promptFeedback.blockReason)) throw promptBlocked(promptFeedback.blockReason);
    if (!Array.isArray(candidates)) throw malformed();
    const said: ChatDelta[] = this.#started ? [] : [this.#start(response)];
    const ends: ChatDelta[] = [];
    for (const candidate of candidates) this.#readCandidate(candidate, said, ends);
    return this.#events(bytes, said, ends, usageOf(usageMetadata));
  }

  #start({ responseId, modelVersion }: Fields): ChatDelta {
    this.#started = true;
    return { type: "start", id: text(responseId) ?? newId("resp"), model: text(modelVersion) ?? this.#expected.model };
  }

  #readCandidate(candidate: unknown, said: ChatDelta[], ends: ChatDelta[]): void {
    if (!isObject(candidate)) throw malformed();
    const { index = 0, content, finishReason } = candidate;
    if (typeof index !== "number") throw malformed();
    const choice = this.#choices.get(index) ?? { calls: 0, finished: false };
    this.#choices.set(index, choice);
    const { maxCalls = Number.POSITIVE_INFINITY } = this.#expected;
    for (const part of partsOf(content)) {
      const beyond = part.functionCall !== undefined && choice.calls >= maxCalls;
      if (!beyond) said.push(...deltasOf(part, index, choice));
    }
    if (!isSaid(finishReason) || choice.finished) return;
    choice.finished = true;
    ends.push({ type: "finish", choice: index, reason: finishReasonOf(finishReason, choice.calls > 0) });
  }

  /** Each event of Gemini's counts anew what was used so far: only the count at the end is meant. */
  #events(
    bytes: Buffer,
    said: readonly ChatDelta[],
    ends: readonly ChatDelta[],
    counted: Usage | undefined,
  ): ChatEvent[] {
    const over = this.#choices.size > 0 && [...this.#choices.values()].every(({ finished }) => finished);
    const usage = over ? counted : undefined;
    const count: ChatDelta[] = usage ? [{ type: "usage", usage }] : [];
    const events: ChatEvent[] = [];
    if (said.length > 0 || (ends.length === 0 && !usage)) {
      const kind = said.some(isVisible) ? "content" : "preamble";
      events.push({ kind, bytes, choices: choicesOf(said), deltas: said });
    }
    if (ends.length > 0) {
      const deltas = [...ends, ...count];
      events.push({ kind: "finish", bytes, choices: choicesOf(ends), deltas, ...(usage ? { usage } : {}) });
    } else if (usage) {
      events.push({ kind: "usage", bytes, usage, deltas: count });
    }
    return events;
  }
}

/** The event's data; undefined where it is a comment. Google writes an error that comes late without `data:`. */
function responseIn(bytes: Buffer): Fields | undefined {
  if (!isUtf8(bytes)) throw malformed();
  const lines = bytes.toString("utf8").trim().split(/\r?\n/);
  const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice("data:".length));
  if (data.length === 0 && lines.every((line) => /^(?::|event:|id:|retry:|$)/.test(line))) return undefined;
  const value = parsed((data.length > 0 ? data : lines).join("\n"));
  const failure = failureInBand(value);
  if (failure) throw failure;
  if (!isObject(value)) throw malformed();
  return value;
}

/** What a stream ends with that is no whole event: an error of Google's, or nothing that could be used. */
export function failureAtEnd(rest: Buffer): UpstreamFailure | undefined {
  return failureInBand(parsed(rest.toString("utf8").replace(/^\s*data:/, "")));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function partsOf(content: unknown): readonly Fields[] {
  const parts = isObject(content) ? (content.parts ?? []) : [];
  if (!Array.isArray(parts) || !parts.every(isObject)) throw malformed();
  return parts;
}

const besideText: readonly string[] = ["thought", "thoughtSignature"];

function deltasOf(part: Fields, choice: number, counted: Choice): readonly ChatDelta[] {
  const value = text(part.thoughtSignature);
  const signature = value === undefined ? undefined : ({ by: "gemini", value } as const);
  if (part.functionCall !== undefined) {
    const { id, name, args = {} } = isObject(part.functionCall) ? part.functionCall : {};
    if (typeof name !== "string" || !isObject(args)) throw malformed();
    const index = counted.calls++;
    return [
      { type: "tool_call", choice, index, id: text(id) ?? newId("call"), name, ...(signature ? { signature } : {}) },
      { type: "tool_arguments", choice, index, json: JSON.stringify(args) },
    ];
  }
  if (typeof part.text !== "string" && Object.keys(part).some((field) => !besideText.includes(field))) {
    throw new UpstreamFailure("its answer has a part that is neither text nor a tool call");
  }
  const said = text(part.text);
  const type = part.thought === true ? "reasoning" : "text";
  return [
    ...(said === undefined ? [] : [{ type, choice, text: said } as const]),
    ...(signature ? [{ type: "signature", choice, signature } as const] : []),
  ];
}

const isVisible = ({ type }: ChatDelta): boolean => type !== "start" && type !== "signature";

const choicesOf = (deltas: readonly ChatDelta[]): number[] => [
  ...new Set(deltas.flatMap((delta) => ("choice" in delta ? [delta.choice] : []))),
];

/** A text that says something. */
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

const newId = (kind: string): string => `${kind}_${randomBytes(12).toString("hex")}`;

const malformed = (): UpstreamFailure => new UpstreamFailure("its stream holds a malformed event");
