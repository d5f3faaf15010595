import type { CancelSignal } from "../../cancel.ts";
import type { ChatDelta, ChatEvent, FinishReason, Usage } from "../../chat/index.ts";
import { eventObject, malformedEvent } from "../../stream/event-object.ts";
import { EventStream } from "../../stream/event-stream.ts";
import { UpstreamFailure } from "../failure.ts";
import { errorIn, failureInAnswer } from "./failure.ts";

export interface AnswerForm {
  /** The router's own id of the answer: Triton gives none. */
  readonly id: string;
  /** The tensor that holds the answer's text. */
  readonly output: string;
  readonly signal: CancelSignal;
}

/**
 * The checked events of a `generate_stream` answer: `data: {"model_name", "model_version", "<output>": "..."}`. Where
 * the backend says so (vLLM's does), an event also has a finish reason and counts tokens. Where it doesn't, the end of
 * the response is the finish: an answer that was cut off ends in a broken connection instead.
 */
export function eventsOf(body: AsyncIterable<Buffer>, form: AnswerForm): AsyncIterable<readonly ChatEvent[]> {
  const reader = new EventReader(form);
  return new EventStream(
    body,
    {
      read: (bytes, events) => void events.push(...reader.read(bytes)),
      end(rest, events) {
        if (rest.toString("latin1").trim() !== "") throw new UpstreamFailure("its stream ends inside of an event");
        events.push(...reader.end());
      },
    },
    form.signal,
  );
}

class EventReader {
  readonly #form: AnswerForm;
  #started = false;
  #finished = false;
  #promptTokens: number | undefined;
  #completionTokens = 0;

  constructor(form: AnswerForm) {
    this.#form = form;
  }

  /** Text and finish of one event are told apart: what a reader sees is not held back with the finish. */
  read(bytes: Buffer): ChatEvent[] {
    const value = parse(bytes);
    const text = textIn(value[this.#form.output]);
    const reason = finishIn(value.finish_reason);
    this.#count(value);
    const deltas: ChatDelta[] = [];
    if (!this.#started) deltas.push({ type: "start", id: this.#form.id, model: speakerIn(value) });
    this.#started = true;
    if (text !== "") deltas.push({ type: "text", choice: 0, text });
    const said: ChatEvent = { kind: text === "" ? "preamble" : "content", bytes, deltas };
    return reason ? [said, this.#finish(reason)] : [said];
  }

  /** What the clean end of the response says. */
  end(): ChatEvent[] {
    if (!this.#started) throw new UpstreamFailure("its stream holds no answer");
    return this.#finished ? [] : [this.#finish("stop")];
  }

  #finish(reason: FinishReason): ChatEvent {
    this.#finished = true;
    const usage = this.#usage();
    const finish: ChatDelta = { type: "finish", choice: 0, reason };
    return {
      kind: "finish",
      bytes: Buffer.alloc(0),
      deltas: usage ? [finish, { type: "usage", usage }] : [finish],
      ...(usage ? { usage } : {}),
    };
  }

  /** The prompt is counted in each event anew, the answer's tokens are those of one event. */
  #count({ num_input_tokens: prompt, num_output_tokens: completion }: Record<string, unknown>): void {
    if (isCount(prompt)) this.#promptTokens = prompt;
    if (isCount(completion)) this.#completionTokens += completion;
  }

  #usage(): Usage | undefined {
    const [prompt, completion] = [this.#promptTokens, this.#completionTokens];
    if (prompt === undefined) return undefined;
    return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
  }
}

function parse(bytes: Buffer): Record<string, unknown> {
  const text = bytes.toString("utf8").trim();
  if (!text.startsWith("data:")) throw malformedEvent();
  const value = eventObject(text.slice("data:".length), bytes);
  const error = errorIn(value);
  if (error !== undefined) throw failureInAnswer(error);
  return value;
}

/** A tensor of one element is written as the element, an empty one as an empty list; a longer one is no single answer. */
function textIn(tensor: unknown): string {
  if (typeof tensor === "string") return tensor;
  if (Array.isArray(tensor) && tensor.length === 0) return "";
  throw malformedEvent();
}

/** Model and version as the server names them: `llama@2`. */
function speakerIn({ model_name: name, model_version: version }: Record<string, unknown>): string {
  if (typeof name !== "string" || typeof version !== "string") throw malformedEvent();
  return `${name}@${version}`;
}

/** The vLLM backend's words; `None` until the end. */
function finishIn(reason: unknown): FinishReason | undefined {
  if (reason === "stop" || reason === "length") return reason;
  if (reason === undefined || reason === "None" || reason === "") return undefined;
  throw new UpstreamFailure("the model broke its answer off");
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
