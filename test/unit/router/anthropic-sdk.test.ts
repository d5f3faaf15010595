import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Anthropic from "@anthropic-ai/sdk";
import { expect, onTestFinished, test } from "vitest";
import type { ChatDelta } from "../../../runtime/router/chat/index.ts";
import { brokenOff, RouterError } from "../../../runtime/router/errors.ts";
import { newTrail } from "../../../runtime/router/trail.ts";
import { anthropicWire } from "../../../runtime/router/wires/anthropic/index.ts";
import { fixture, scan } from "./claude-support.ts";

/** The official client, of a server that answers everything with these bytes. */
async function clientOf(body: Buffer, status = 200, type = "text/event-stream"): Promise<Anthropic> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(status, { "content-type": type }).end(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return new Anthropic({ apiKey: "hl_test_key", baseURL: `http://127.0.0.1:${port}`, maxRetries: 0 });
}

const question = { model: "auto", max_tokens: 100, messages: [{ role: "user", content: "hi" }] } as const;
const trail = { ...newTrail(), backend: "gemini", model: "g", attempts: 1, reason: "asked for" };
const said: ChatDelta[] = [
  { type: "start", id: "gen-1", model: "other-1" },
  { type: "reasoning", choice: 0, text: "Let me " },
  { type: "reasoning", choice: 0, text: "see." },
  { type: "text", choice: 0, text: "I'll " },
  { type: "text", choice: 0, text: "look – 你好." },
  { type: "tool_call", choice: 0, index: 0, id: "a|1", name: "find", signature: { by: "gemini", value: "c2ln" } },
  { type: "tool_arguments", choice: 0, index: 0, json: '{"query": "x",' },
  { type: "tool_arguments", choice: 0, index: 0, json: ' "limit": 3}' },
  { type: "tool_call", choice: 0, index: 1, id: "b", name: "now" },
  { type: "finish", choice: 0, reason: "tool_calls" },
  {
    type: "usage",
    usage: { prompt_tokens: 12, completion_tokens: 9, total_tokens: 21, cached_tokens: 4, reasoning_tokens: 2 },
  },
];

test("the official client reads from the stream what the whole answer says", async () => {
  const writer = anthropicWire.writer({ includeUsage: true });
  const client = await clientOf(Buffer.concat([...said.map((delta) => writer.write([delta])), writer.end(trail)]));
  const message = await client.messages.stream({ ...question, messages: [...question.messages] }).finalMessage();

  const assembler = anthropicWire.assembler("gemini");
  assembler.add({ kind: "content", bytes: Buffer.alloc(0), deltas: said });
  const whole = JSON.parse(assembler.finish().toString("utf8"));
  // The client adds fields of its own, such as parsed_output.
  expect(message).toMatchObject(whole);
  expect(message.content).toHaveLength(whole.content.length);
  expect(message.content.map(({ type }) => type)).toEqual(["thinking", "text", "thinking", "tool_use", "tool_use"]);
  expect(message.content[3]).toMatchObject({ name: "find", input: { query: "x", limit: 3 } });
});

test.each(["text.sse", "tool-use.sse", "thinking.sse", "web-search.sse"])(
  "forwarded events of %s are the same message to the official client as the whole answer",
  async (name) => {
    const events = scan(fixture(name)).filter(({ kind }) => kind !== "done");
    const writer = anthropicWire.writer({ includeUsage: true });
    const client = await clientOf(Buffer.concat([...events.map((event) => writer.forward(event)), writer.end(trail)]));
    const message = await client.messages.stream({ ...question, messages: [...question.messages] }).finalMessage();

    const assembler = anthropicWire.assembler("anthropic");
    for (const event of events) assembler.add(event);
    const { content, stop_reason, usage } = JSON.parse(assembler.finish().toString("utf8"));
    expect(message.content).toEqual(content);
    expect(message).toMatchObject({ stop_reason, usage });
  },
);

test("a whole answer is a message to the official client", async () => {
  const assembler = anthropicWire.assembler("openai");
  assembler.add({ kind: "content", bytes: Buffer.alloc(0), deltas: said });
  const client = await clientOf(assembler.finish(), 200, "application/json");
  const message = await client.messages.create({ ...question, messages: [...question.messages] });
  expect(message.usage).toMatchObject({ input_tokens: 8, cache_read_input_tokens: 4, output_tokens: 9 });
  expect(message.stop_reason).toBe("tool_use");
});

test("an answer that broke off is an error to the official client, never a message", async () => {
  const writer = anthropicWire.writer({ includeUsage: true });
  const failure = brokenOff([{ backend: "gemini", reason: "its stream was cut off" }]);
  const client = await clientOf(Buffer.concat([writer.write(said.slice(0, 4)), writer.error(failure, trail)]));
  const stream = client.messages.stream({ ...question, messages: [...question.messages] });
  await expect(stream.finalMessage()).rejects.toMatchObject({
    type: "overloaded_error",
    error: { error: { code: "all_backends_down", message: expect.stringContaining("broke off") } },
  });
});

test("the router's errors are the official client's classes", async () => {
  const error = new RouterError("model_not_found", "There is no model nope.");
  const client = await clientOf(Buffer.from(JSON.stringify(anthropicWire.error(error))), 404, "application/json");
  const asking = client.messages.create({ ...question, messages: [...question.messages] });
  await expect(asking).rejects.toBeInstanceOf(Anthropic.NotFoundError);
});
