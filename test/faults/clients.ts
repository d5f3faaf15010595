/** What a careful client saw of one request. */
export interface ClientView {
  readonly outcome: "success" | "error" | "hang";
  /** Undefined where no response came. */
  readonly status: number | undefined;
  readonly text: string;
  readonly model: string | undefined;
  readonly usage: { readonly input: number; readonly output: number } | undefined;
  /** Why the answer ended, in the wire's own word. */
  readonly finish: string | undefined;
  /** The answer has a finish reason and, as a stream, the wire's last word. */
  readonly ended: boolean;
  /** Events that could not be read. */
  readonly malformed: number;
  /** Arguments of the tools that were called, in order, as JSON text. */
  readonly toolArguments: readonly string[];
  readonly error: { readonly message: string; readonly code: string | undefined } | undefined;
  readonly ms: number;
}

export interface Asking {
  readonly url: string;
  readonly key: string;
  readonly model: string;
  readonly prompt: string;
  readonly stream: boolean;
  /** A call that is not over by then is a hang. */
  readonly hangMs: number;
}

export type ClientWire = "openai" | "anthropic";

/** Asks the router as a client of a wire would, and tells what it got; never throws. */
export async function ask(wire: ClientWire, asking: Asking): Promise<ClientView> {
  const started = performance.now();
  const reading = new Reading();
  const late = AbortSignal.timeout(asking.hangMs);
  try {
    const { path, headers, body } = requests[wire](asking);
    const response = await fetch(asking.url + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      signal: late,
    });
    reading.status = response.status;
    if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
      for await (const data of eventsIn(response)) read(data, reading, readers[wire].event);
    } else {
      read(await response.text(), reading, readers[wire].whole);
    }
  } catch (error) {
    reading.failed ??= { message: String(error), code: undefined };
  }
  const outcome = late.aborted ? "hang" : reading.failed ? "error" : "success";
  return reading.view(outcome, performance.now() - started);
}

class Reading {
  status: number | undefined;
  text = "";
  model: string | undefined;
  usage: ClientView["usage"];
  finish: string | undefined;
  lastWord = false;
  malformed = 0;
  readonly tools: string[] = [];
  failed: ClientView["error"];

  view(outcome: ClientView["outcome"], ms: number): ClientView {
    const { status, text, model, usage, malformed, finish } = this;
    const common = { outcome, status, text, model, usage, malformed, finish, ms };
    return { ...common, ended: finish !== undefined && this.lastWord, toolArguments: this.tools, error: this.failed };
  }
}

/** Only what is read of an event, an answer or an error of either wire. */
interface Told {
  readonly type?: string;
  readonly model?: string;
  readonly message?: { readonly model?: string };
  readonly choices?: readonly Choice[];
  readonly usage?: Counts | null;
  readonly content?: readonly Block[];
  readonly content_block?: Block;
  readonly delta?: { readonly text?: string; readonly partial_json?: string; readonly stop_reason?: string | null };
  readonly stop_reason?: string | null;
  readonly error?: { readonly message: string; readonly code?: string; readonly type?: string };
}
interface Choice {
  readonly message?: Said;
  readonly delta?: Said;
  readonly finish_reason?: string | null;
}
interface Said {
  readonly content?: string | null;
  readonly tool_calls?: readonly { readonly index?: number; readonly function?: { readonly arguments?: string } }[];
}
interface Block {
  readonly type: string;
  readonly text?: string;
  readonly input?: unknown;
}
interface Counts {
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  readonly input_tokens?: number;
  readonly output_tokens?: number;
}

type Reader = (told: Told, reading: Reading) => void;

const requests: Record<
  ClientWire,
  (asking: Asking) => { path: string; headers: Record<string, string>; body: object }
> = {
  openai: ({ key, model, prompt, stream }) => ({
    path: "/v1/chat/completions",
    headers: { authorization: `Bearer ${key}` },
    body: {
      model,
      messages: [{ role: "user", content: prompt }],
      stream,
      ...(stream ? { stream_options: { include_usage: true } } : {}),
    },
  }),
  anthropic: ({ key, model, prompt, stream }) => ({
    path: "/v1/messages",
    headers: { "x-api-key": key, "anthropic-version": "2023-06-01" },
    body: { model, max_tokens: 1_000, messages: [{ role: "user", content: prompt }], stream },
  }),
};

const readers: Record<ClientWire, { readonly event: Reader; readonly whole: Reader }> = {
  openai: { event: readOpenAi, whole: wholly(readOpenAi) },
  anthropic: { event: readAnthropicEvent, whole: wholly(readAnthropicMessage) },
};

/** A body that is there is there to its end. */
function wholly(reader: Reader): Reader {
  return (told, reading) => {
    reader(told, reading);
    reading.lastWord = true;
  };
}

/** Like the official clients: an error is an error, and what can't be read is counted and passed over. */
function read(data: string, reading: Reading, reader: Reader): void {
  if (data === "[DONE]") {
    reading.lastWord = true;
    return;
  }
  let told: Told;
  try {
    told = JSON.parse(data) as Told;
  } catch {
    reading.malformed++;
    return;
  }
  if (told.error) reading.failed ??= { message: told.error.message, code: told.error.code ?? told.error.type };
  else reader(told, reading);
}

function readOpenAi({ model, choices = [], usage }: Told, reading: Reading): void {
  reading.model = model ?? reading.model;
  if (usage) reading.usage = { input: usage.prompt_tokens ?? 0, output: usage.completion_tokens ?? 0 };
  for (const { message, delta, finish_reason } of choices) {
    const said = message ?? delta ?? {};
    reading.text += said.content ?? "";
    for (const call of said.tool_calls ?? []) {
      const at = call.index ?? reading.tools.length;
      reading.tools[at] = (reading.tools[at] ?? "") + (call.function?.arguments ?? "");
    }
    reading.finish = finish_reason ?? reading.finish;
  }
}

function readAnthropicEvent({ type, message, delta, content_block, usage }: Told, reading: Reading): void {
  if (type === "message_start") reading.model = message?.model;
  if (content_block?.type === "tool_use") reading.tools.push("");
  reading.text += delta?.text ?? "";
  const tool = reading.tools.length - 1;
  if (delta?.partial_json) reading.tools[tool] = (reading.tools[tool] ?? "") + delta.partial_json;
  reading.finish = delta?.stop_reason ?? reading.finish;
  if (usage) reading.usage = { input: usage.input_tokens ?? 0, output: usage.output_tokens ?? 0 };
  if (type === "message_stop") reading.lastWord = true;
}

function readAnthropicMessage({ model, content = [], stop_reason, usage }: Told, reading: Reading): void {
  reading.model = model;
  for (const { type, text = "", input } of content) {
    reading.text += text;
    if (type === "tool_use") reading.tools.push(JSON.stringify(input));
  }
  reading.finish = stop_reason ?? undefined;
  if (usage) reading.usage = { input: usage.input_tokens ?? 0, output: usage.output_tokens ?? 0 };
}

/** The data of each event; comments and the events' names are passed over. */
async function* eventsIn(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk, { stream: true });
    const events = rest.split(/\r?\n\r?\n/);
    rest = events.pop() ?? "";
    for (const event of events) {
      const data = event.split(/\r?\n/).filter((line) => line.startsWith("data:"));
      if (data.length > 0) yield data.map((line) => line.slice(5).trimStart()).join("\n");
    }
  }
}
