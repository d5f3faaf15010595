import type { IncomingMessage, ServerResponse } from "node:http";

/** One request as it arrived; what authorised it is told by presence only. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: "present" | "absent";
  /** Those that matter to a wire; of one that holds a key only that it is present. Absent where there are none. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** `aborted`: the router closed the connection before the answer was whole. */
  state: "open" | "answered" | "aborted";
}

/** What a provider would bill, in its own tokens. */
export interface Bill {
  promptTokens: number;
  completionTokens: number;
}

/** One chat request and what became of it: the provider's own view. */
export interface PerformedChat {
  /** On the clock of `performance.now()`. */
  readonly at: number;
  readonly model: string;
  /** e.g. `answer`, `503`, `cut after 40`, `refused: prefill`. */
  readonly outcome: string;
  /** Nothing for what is refused; else it grows by each word of a stream, and has a whole answer from the start. */
  readonly bill: Readonly<Bill>;
  readonly request: ReceivedRequest;
}

/** The last so many are remembered. */
const remembered = 1_000;

const shown = ["anthropic-version", "anthropic-beta", "traceparent", "tracestate"];
const keys = ["x-api-key", "x-goog-api-key"];

export function receive(request: IncomingMessage, response: ServerResponse, path: string, body: unknown) {
  const { headers, method = "" } = request;
  const present = (name: string) => headers[name] !== undefined;
  const told = {
    ...Object.fromEntries(shown.filter(present).map((name) => [name, String(headers[name])])),
    ...Object.fromEntries(keys.filter(present).map((name) => [name, "present"])),
  };
  const received: ReceivedRequest = {
    method,
    path,
    authorization: present("authorization") || keys.some(present) ? "present" : "absent",
    ...(Object.keys(told).length > 0 ? { headers: told } : {}),
    body,
    state: "open",
  };
  response.once("close", () => {
    received.state = response.writableFinished ? "answered" : "aborted";
  });
  return received;
}

export function remember<Item>(items: Item[], item: Item): void {
  items.push(item);
  if (items.length > remembered) items.shift();
}
