import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatDelta, Usage } from "../../../runtime/router/chat/index.ts";
import { brokenOff } from "../../../runtime/router/errors.ts";
import { newTrail } from "../../../runtime/router/trail.ts";
import { openAiWire } from "../../../runtime/router/wires/openai/index.ts";
import { chunk, deltasOf, done, joined, opening, scanned, text, word } from "./openai-support.ts";

const trail = { ...newTrail(), backend: "claude", model: "m", attempts: 1, reason: "preferred" };
const start = { type: "start", id: "msg_1", model: "claude-x" } as const;
const usage: Usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5, cached_tokens: 1, reasoning_tokens: 1 };

const count = fc.nat(1_000_000);
const someUsage = fc.record(
  {
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
    cached_tokens: count,
    cache_write_tokens: count,
    reasoning_tokens: count,
  },
  { requiredKeys: ["prompt_tokens", "completion_tokens", "total_tokens"] },
);
const signature = fc.oneof(
  fc.record({ by: fc.constantFrom("claude", "gemini"), value: word }),
  fc.record({ by: fc.constantFrom("claude", "gemini"), value: text, redacted: fc.constant(true) }),
);
const thought = fc
  .tuple(fc.array(word, { maxLength: 2 }), fc.option(signature))
  .map(([texts, signed]): ChatDelta[] => [
    ...texts.map((part) => ({ type: "reasoning", choice: 0, text: part }) as const),
    ...(signed ? [{ type: "signature", choice: 0, signature: signed } as const] : []),
  ]);
const said = fc
  .tuple(fc.constantFrom("text", "refusal"), fc.constantFrom(0, 0, 1), word)
  .map(([type, choice, part]): ChatDelta[] => [{ type, choice, text: part }]);
const call = fc.record({ name: fc.string(), parts: fc.array(word, { maxLength: 3 }), signed: fc.option(fc.string()) });

/** What an answer can say in this wire; a thought and calls at the first choice. */
const answer = fc
  .tuple(fc.array(fc.oneof(thought, said)), fc.array(call, { maxLength: 3 }), fc.option(someUsage))
  .map(([parts, calls, counted]): ChatDelta[] => [
    start,
    ...parts.flat(),
    ...calls.flatMap(({ name, parts: json, signed }, index): ChatDelta[] => [
      {
        type: "tool_call",
        choice: 0,
        index,
        id: `call_${index}`,
        name,
        ...(signed === null ? {} : { signature: { by: "gemini", value: signed } }),
      },
      ...json.map((part) => ({ type: "tool_arguments", choice: 0, index, json: part }) as const),
    ]),
    { type: "finish", choice: 0, reason: "stop" },
    ...(counted ? [{ type: "usage", usage: counted } as const] : []),
  ]);

function written(deltas: readonly ChatDelta[], includeUsage = true): Buffer {
  const writer = openAiWire.writer({ includeUsage });
  return Buffer.concat([writer.write(deltas), writer.end(trail)]);
}

/** The chunks of a stream, without comments and end. */
function chunksOf(bytes: Buffer): Chunk[] {
  const lines = bytes.toString().split("\n\n");
  return lines.flatMap((line) => (line.startsWith("data: {") ? [JSON.parse(line.slice(6)) as Chunk] : []));
}

interface Chunk {
  id: string;
  created: number;
  model: string;
  choices: { index: number; delta: Record<string, unknown>; finish_reason: string | null }[];
  usage?: object | null;
}

describe("what is written", () => {
  test("says the same when it is read again", () => {
    fc.assert(
      fc.property(answer, (deltas) => {
        expect(joined(deltasOf(scanned(written(deltas))))).toEqual(joined(deltas));
      }),
    );
  });

  test("is one stream: the same id, time and model, and a role before all else", () => {
    const chunks = chunksOf(written([start, { type: "text", choice: 0, text: "a" }]));
    expect(new Set(chunks.map(({ id, created, model }) => `${id} ${created} ${model}`)).size).toBe(1);
    expect(chunks[0]).toMatchObject({ id: "msg_1", model: "claude-x", choices: [{ delta: { role: "assistant" } }] });
  });

  test("has an id and a role also where nothing says that it starts", () => {
    const chunks = chunksOf(written([{ type: "text", choice: 1, text: "a" }]));
    expect(chunks[0]?.id).toMatch(/^chatcmpl-/);
    expect(chunks.map(({ choices }) => choices[0]?.delta)).toEqual([
      { role: "assistant", content: "" },
      { content: "a" },
    ]);
  });

  test("has usage last, and only where it was asked for", () => {
    const deltas: ChatDelta[] = [start, { type: "usage", usage }, { type: "finish", choice: 0, reason: "length" }];
    const asked = chunksOf(written(deltas, true));
    expect(asked.map((one) => one.usage)).toEqual([
      null,
      null,
      {
        prompt_tokens: 3,
        completion_tokens: 2,
        total_tokens: 5,
        prompt_tokens_details: { cached_tokens: 1 },
        completion_tokens_details: { reasoning_tokens: 1 },
      },
    ]);
    expect(asked.at(-1)?.choices).toEqual([]);
    expect(chunksOf(written(deltas, false)).map((one) => one.usage)).toEqual([undefined, undefined]);
  });

  test("gives a client the signatures that it must send back", () => {
    const signed: ChatDelta[] = [
      { type: "reasoning", choice: 0, text: "hm" },
      { type: "reasoning", choice: 0, text: "m" },
      { type: "signature", choice: 0, signature: { by: "claude", value: "s1" } },
      { type: "reasoning", choice: 0, text: "ah" },
      { type: "signature", choice: 0, signature: { by: "claude", value: "s3" } },
      { type: "tool_call", choice: 0, index: 0, id: "c", name: "f", signature: { by: "gemini", value: "s2" } },
    ];
    const deltas = chunksOf(written(signed)).map(({ choices }) => choices[0]?.delta);
    const detail = { type: "reasoning.text", text: "hmm", signature: "s1", format: "anthropic-claude-v1", index: 0 };
    expect(deltas).toContainEqual({ reasoning_details: [detail] });
    expect(deltas).toContainEqual({ reasoning_details: [{ ...detail, text: "ah", signature: "s3", index: 1 }] });
    expect(deltas.at(-1)).toMatchObject({ tool_calls: [{ extra_content: { google: { thought_signature: "s2" } } }] });
  });
});

describe("a stream that another target goes on with", () => {
  const call = (id: string) => ({ index: 0, id, type: "function", function: { name: "f", arguments: "{}" } });
  const bytes = [opening, chunk({ content: "a" }), chunk({ content: "b" }), chunk({ tool_calls: [call("c0")] })];
  const writer = openAiWire.writer({ includeUsage: false });
  const forwarded = scanned(Buffer.concat(bytes)).map((event) => writer.forward(event));
  const added = writer.write([
    start,
    { type: "text", choice: 0, text: "c" },
    { type: "tool_call", choice: 0, index: 0, id: "c1", name: "g" },
    { type: "tool_arguments", choice: 0, index: 0, json: "[]" },
  ]);
  const chunks = chunksOf(Buffer.concat([...forwarded, added]));

  test("keeps its id, time and model, and has one role", () => {
    expect(new Set(chunks.map(({ id, created, model }) => `${id} ${created} ${model}`)).size).toBe(1);
    expect(chunks.filter(({ choices }) => choices[0]?.delta.role !== undefined)).toHaveLength(1);
  });

  test("counts its calls on", () => {
    const calls = chunks.flatMap(({ choices }) => (choices[0]?.delta.tool_calls as { index: number }[]) ?? []);
    expect(calls.map(({ index }) => index)).toEqual([0, 1, 1]);
  });
});

test("takes id and model from the first chunk that has them", () => {
  const writer = openAiWire.writer({ includeUsage: false });
  const filters = Buffer.from('data: {"id":"","model":"","choices":[],"prompt_filter_results":[]}\n\n');
  for (const event of scanned(Buffer.concat([filters, opening]))) writer.forward(event);
  expect(chunksOf(writer.write([{ type: "text", choice: 0, text: "a" }]))[0]).toMatchObject({ id: "chatcmpl-1" });
});

test("a whole answer ends with who answered, and the wire's last word", () => {
  const end = openAiWire.writer({ includeUsage: true }).end(trail).toString();
  expect(end).toBe(': router {"backend":"claude","model":"m","attempts":1,"reason":"preferred"}\n\ndata: [DONE]\n\n');
});

test("a broken answer ends with its error, and never with the last word", () => {
  const error = brokenOff([{ backend: "claude", reason: "gone" }]);
  const end = openAiWire.writer({ includeUsage: true }).error(error, trail).toString();
  expect(end).toContain('data: {"error":{"message":');
  expect(end).not.toContain(done.toString());
});
