import OpenAI from "openai";
import { expect, test } from "vitest";
import type { ChatDelta } from "../../../runtime/router/chat/index.ts";
import { newTrail } from "../../../runtime/router/trail.ts";
import { openAiWire } from "../../../runtime/router/wires/openai/index.ts";

/** What Claude says in one turn of a conversation with tools. */
const said: ChatDelta[] = [
  { type: "start", id: "msg_1", model: "claude-x" },
  { type: "reasoning", choice: 0, text: "hm" },
  { type: "signature", choice: 0, signature: { by: "claude", value: "s" } },
  { type: "text", choice: 0, text: "Let me " },
  { type: "text", choice: 0, text: "look." },
  { type: "tool_call", choice: 0, index: 0, id: "c0", name: "f" },
  { type: "tool_arguments", choice: 0, index: 0, json: '{"a"' },
  { type: "tool_arguments", choice: 0, index: 0, json: ":1}" },
  { type: "tool_call", choice: 0, index: 1, id: "c1", name: "g", signature: { by: "gemini", value: "t" } },
  { type: "tool_arguments", choice: 0, index: 1, json: "{}" },
  { type: "finish", choice: 0, reason: "tool_calls" },
  { type: "usage", usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5, cached_tokens: 1 } },
];

const calls = [
  { id: "c0", type: "function", function: { name: "f", arguments: '{"a":1}' } },
  { id: "c1", type: "function", function: { name: "g", arguments: "{}" } },
];

/** The official client, whose every request is answered with the same bytes. */
const client = (type: string, body: Buffer) =>
  new OpenAI({
    apiKey: "k",
    baseURL: "http://router/v1",
    fetch: async () => new Response(new Uint8Array(body), { headers: { "content-type": type } }),
  });

function assembled(): Buffer {
  const assembler = openAiWire.assembler("anthropic");
  assembler.add({ kind: "content", bytes: Buffer.alloc(0), deltas: said });
  return assembler.finish();
}

test("the official client reads a written stream", async () => {
  const writer = openAiWire.writer({ includeUsage: true });
  const bytes = Buffer.concat([writer.write(said), writer.end(newTrail())]);
  const stream = client("text/event-stream", bytes).chat.completions.stream({
    model: "claude",
    messages: [{ role: "user", content: "hi" }],
    stream_options: { include_usage: true },
  });
  const { choices, usage } = await stream.finalChatCompletion();
  expect(choices[0]).toMatchObject({
    finish_reason: "tool_calls",
    message: { role: "assistant", content: "Let me look.", tool_calls: calls },
  });
  expect(usage).toMatchObject({ total_tokens: 5, prompt_tokens_details: { cached_tokens: 1 } });
});

test("the message of a whole answer, sent back, keeps what was signed", async () => {
  const { choices } = await client("application/json", assembled()).chat.completions.create({
    model: "claude",
    messages: [{ role: "user", content: "hi" }],
  });
  const [choice] = choices;
  expect(choice?.message.tool_calls).toMatchObject(calls);
  expect(openAiWire.read({ model: "claude", messages: [choice?.message] }).messages).toEqual([
    {
      role: "assistant",
      parts: [
        { type: "reasoning", text: "hm", signature: { by: "claude", value: "s" } },
        { type: "text", text: "Let me look." },
        { type: "tool_call", id: "c0", name: "f", arguments: '{"a":1}' },
        { type: "tool_call", id: "c1", name: "g", arguments: "{}", signature: { by: "gemini", value: "t" } },
      ],
    },
  ]);
});
