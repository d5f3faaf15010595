import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import type { BackendConfig } from "../../../runtime/config/index.ts";
import { eventsOf } from "../../../runtime/router/providers/claude/events.ts";
import { createClaude } from "../../../runtime/router/providers/claude/index.ts";
import type { ChatCall, LlmProvider } from "../../../runtime/router/providers/provider.ts";
import { anthropicQuestion, callOf, fixture, saidBy } from "./claude-support.ts";

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

type Answer = (response: ServerResponse) => void;

/** Claude in front of a server that answers everything alike. */
async function claude(
  answer: Answer,
  more: Partial<BackendConfig> = {},
  key: { value?: string } = { value: "sk-ant-test" },
) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    const { method = "", url = "", headers } = request;
    received.push({ method, path: url, headers, body: text === "" ? {} : JSON.parse(text) });
    answer(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const config = { baseUrl: `http://127.0.0.1:${port}`, ...more } as BackendConfig;
  const provider = createClaude(config, { read: () => key.value, remedy: "" }, 1_000);
  onTestFinished(async () => {
    await provider.close();
    server.closeAllConnections();
    server.close();
  });
  return { provider, received, server, url: config.baseUrl };
}

const replies = (body: string | Buffer, status = 200, type = "text/event-stream", headers = {}): Answer => {
  return (response) => response.writeHead(status, { "content-type": type, ...headers }).end(body);
};

async function allEvents(provider: LlmProvider, call: ChatCall = callOf(anthropicQuestion({}))) {
  const events = [];
  for await (const batch of await provider.stream(call)) events.push(...batch);
  return events;
}

test("asks with its key and the wire's version, as a stream", async () => {
  const { provider, received } = await claude(replies(fixture("text.sse")));
  const events = await allEvents(provider, callOf(anthropicQuestion({}), { maxOutputTokens: 5 }));
  expect(saidBy(events).map(({ type }) => type)).toEqual(["start", "text", "text", "finish", "usage"]);
  expect(received).toMatchObject([
    {
      method: "POST",
      path: "/v1/messages",
      headers: {
        "x-api-key": "sk-ant-test",
        "anthropic-version": "2023-06-01",
        "content-type": "application/json",
        "accept-encoding": "identity",
      },
      body: { model: "claude-sonnet-4-6", max_tokens: 5, stream: true },
    },
  ]);
});

test("the client's version and beta features go along, but never in the place of the key", async () => {
  const { provider, received } = await claude(replies(fixture("text.sse")));
  const headers = { "anthropic-version": "2023-01-01", "anthropic-beta": "a-2026,b-2026", "x-api-key": "hl_client" };
  await allEvents(provider, callOf(anthropicQuestion({}, headers)));
  expect(received[0]?.headers).toMatchObject({ ...headers, "x-api-key": "sk-ant-test" });
});

test("headers of another wire's client stay behind", async () => {
  const { provider, received } = await claude(replies(fixture("text.sse")));
  const { request } = anthropicQuestion({});
  const body = { model: "claude", messages: [] };
  await allEvents(provider, callOf({ wire: "openai", body, request, headers: { "anthropic-beta": "a-2026" } }));
  expect(received[0]?.headers).not.toHaveProperty("anthropic-beta");
});

test("where there is no key there is no header for it", async () => {
  const { provider, received } = await claude(replies(fixture("text.sse")), {}, {});
  await allEvents(provider);
  expect(received[0]?.headers).not.toHaveProperty("x-api-key");
});

test.each(["", "/", "/v1", "/v1/"])("a base URL that ends with %j is meant the same", async (end) => {
  const asked = await claude(replies(fixture("text.sse")));
  const config = { baseUrl: `${asked.url}/proxy${end}` } as BackendConfig;
  const provider = createClaude(config, { read: () => undefined, remedy: "" }, 1_000);
  await allEvents(provider);
  await provider.close();
  expect(asked.received[0]?.path).toBe("/proxy/v1/messages");
});

test.each([
  ["400-prompt-too-long.json", 400, { consequence: "reject", rejection: { kind: "context_length" } }],
  ["400-prefill.json", 400, { consequence: "reject", rejection: { kind: "other", type: "invalid_request_error" } }],
  ["400-content-filter.json", 400, { consequence: "reject", rejection: { kind: "content_filter" } }],
  ["400-credit.json", 400, { consequence: "alert", message: "HTTP 400, our credit is used up" }],
  ["401.json", 401, { consequence: "alert" }],
  ["404.json", 404, { consequence: "alert" }],
  ["429.json", 429, { consequence: "failover", retryable: true, retryAfterMs: 7_000 }],
  ["429-spend-limit.json", 429, { consequence: "alert", message: "HTTP 429, our credit is used up" }],
  ["529.json", 529, { consequence: "failover", retryable: true }],
])("%s", async (name, status, failure) => {
  const headers = { "retry-after": "7" };
  const { provider } = await claude(replies(fixture(name), status, "application/json", headers));
  const asking = provider.stream(callOf(anthropicQuestion({})));
  await expect(asking).rejects.toMatchObject({ name: "UpstreamFailure", status, ...failure });
  const { error } = JSON.parse(fixture(name).toString("utf8")) as { error: { message: string } };
  await expect(asking).rejects.toSatisfy((thrown: Error) => !thrown.message.includes(error.message));
});

test.each([
  ["a page", replies("<html>", 200, "text/html")],
  ["a whole answer", replies("{}", 200, "application/json")],
])("%s is no stream", async (_, answer) => {
  const { provider } = await claude(answer);
  await expect(allEvents(provider)).rejects.toThrow("its answer is not text/event-stream");
});

describe("of a stream that goes wrong", () => {
  const bytes = fixture("overloaded.sse");
  const middle = bytes.indexOf("event: content_block_delta");

  async function read(...chunks: Buffer[]): Promise<string[]> {
    const kinds: string[] = [];
    const events = eventsOf(Readable.from(chunks), new AbortController().signal);
    try {
      for await (const batch of events) kinds.push(...batch.map(({ kind }) => kind));
    } catch (error) {
      kinds.push((error as Error).message);
    }
    return kinds;
  }

  test("what was good is not lost", async () => {
    expect(await read(bytes.subarray(0, middle), bytes.subarray(middle))).toEqual([
      ...["preamble", "preamble", "content"],
      "an error inside of its answer (529)",
    ]);
  });

  test("nothing is taken where it goes wrong at once: another backend can give the whole answer", async () => {
    expect(await read(bytes)).toEqual(["an error inside of its answer (529)"]);
  });

  test("half an event at its end is not an event", async () => {
    expect(await read(bytes.subarray(0, middle - 5))).toEqual(["preamble"]);
  });
});

test("an abort ends the connection, with the reason that was given", async () => {
  const { provider, server } = await claude((response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(fixture("text.sse").subarray(0, 600));
  });
  const controller = new AbortController();
  const call = callOf(anthropicQuestion({}), { signal: controller.signal });
  const closed = new Promise<void>((resolve) => {
    server.on("connection", (socket) => socket.once("close", () => resolve()));
  });
  const iterator = (await provider.stream(call))[Symbol.asyncIterator]();
  await iterator.next();
  const next = iterator.next();
  controller.abort(new Error("the client is gone"));
  await expect(next).rejects.toThrow("the client is gone");
  await closed;
});

test("a probe proves the key and tells the models", async () => {
  const list = { data: [{ id: "claude-a" }, { id: "claude-b" }, {}], has_more: false };
  const { provider, received } = await claude(replies(JSON.stringify(list), 200, "application/json"));
  await expect(provider.probe(new AbortController().signal)).resolves.toEqual({ models: ["claude-a", "claude-b"] });
  expect(received).toMatchObject([
    { method: "GET", path: "/v1/models?limit=1000", headers: { "x-api-key": "sk-ant-test" } },
  ]);
});

test("the configuration comes before what is known of the models", async () => {
  const { provider } = await claude(replies(""));
  expect(provider).toMatchObject({ backend: "claude", wire: "anthropic", defaultModel: "claude-sonnet-4-6" });
  expect(["claude-haiku-4-5", "claude-sonnet-4-6", "claude-opus-5", "other"].map(provider.continuesPrefill)).toEqual([
    true,
    false,
    false,
    false,
  ]);
  const { provider: configured } = await claude(replies(""), { defaultModel: "own", prefill: true });
  expect(configured.defaultModel).toBe("own");
  expect(configured.continuesPrefill("claude-opus-5")).toBe(true);
});
