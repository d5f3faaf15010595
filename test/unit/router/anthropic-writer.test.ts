import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatDelta, Usage } from "../../../runtime/router/chat/index.ts";
import { brokenOff } from "../../../runtime/router/errors.ts";
import { newTrail } from "../../../runtime/router/trail.ts";
import { anthropicWire } from "../../../runtime/router/wires/anthropic/index.ts";
import { condensed, fixture, saidBy, scan, streams } from "./claude-support.ts";

const trail = { ...newTrail(), backend: "local", model: "llama3", attempts: 2, reason: "asked for" };
const comment = ': router {"backend":"local","model":"llama3","attempts":2,"reason":"asked for"}\n\n';
const writer = () => anthropicWire.writer({ includeUsage: true });
const start: ChatDelta = { type: "start", id: "gen-1", model: "other-1" };
const text = (words: string): ChatDelta => ({ type: "text", choice: 0, text: words });
const finish: ChatDelta = { type: "finish", choice: 0, reason: "stop" };
const usage: Usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };

/** The events in some bytes, parsed; comments as they are. */
function parsed(bytes: Buffer): unknown[] {
  return bytes
    .toString("utf8")
    .split("\n\n")
    .filter((part) => part !== "")
    .map((part) => (part.startsWith(":") ? part : JSON.parse(part.slice(part.indexOf("data: ") + 6))));
}

const types = (bytes: Buffer) =>
  parsed(bytes).map((event) => (typeof event === "string" ? "comment" : (event as { type: string }).type));

test("an answer of another wire is written as this wire's events", () => {
  const stream = writer();
  const bytes = Buffer.concat([
    stream.write([start, text("Hel")]),
    stream.write([text("lo")]),
    stream.write([finish]),
    stream.write([{ type: "usage", usage }]),
    stream.end(trail),
  ]);
  expect(bytes.toString("utf8").startsWith("event: message_start\ndata: {")).toBe(true);
  expect(parsed(bytes)).toEqual([
    {
      type: "message_start",
      message: expect.objectContaining({
        id: "gen-1",
        type: "message",
        role: "assistant",
        model: "other-1",
        content: [],
        stop_reason: null,
        usage: expect.objectContaining({ input_tokens: 0, output_tokens: 0 }),
      }),
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "", citations: null } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hel" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "lo" } },
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null, stop_details: null, container: null },
      usage: expect.objectContaining({ input_tokens: 5, output_tokens: 2 }),
    },
    comment.trim(),
    { type: "message_stop" },
  ]);
});

test("each thought, text and call is a block of its own, opened and closed in its order", () => {
  const stream = writer();
  const bytes = stream.write([
    start,
    { type: "reasoning", choice: 0, text: "Hm." },
    text("So"),
    { type: "tool_call", choice: 0, index: 0, id: "a", name: "f" },
    { type: "tool_arguments", choice: 0, index: 0, json: "{}" },
    { type: "tool_call", choice: 0, index: 1, id: "b", name: "g" },
  ]);
  const blocks = parsed(bytes).slice(1) as { type: string; index: number }[];
  expect(blocks.map(({ type, index }) => `${type.replace("content_block_", "")} ${index}`)).toEqual([
    ...["start 0", "delta 0", "stop 0"],
    ...["start 1", "delta 1", "stop 1"],
    ...["start 2", "delta 2", "stop 2"],
    "start 3",
  ]);
});

test("what a model says to refuse is text, and the message ends as refused", () => {
  const stream = writer();
  const refusal: ChatDelta = { type: "refusal", choice: 0, text: "I won't." };
  const bytes = Buffer.concat([stream.write([start, refusal, finish]), stream.end(trail)]);
  expect(parsed(bytes)).toContainEqual(expect.objectContaining({ delta: { type: "text_delta", text: "I won't." } }));
  expect(parsed(bytes)).toContainEqual(
    expect.objectContaining({ delta: expect.objectContaining({ stop_reason: "refusal" }) }),
  );
});

test("nothing is written of nothing said", () => {
  expect(writer().write([text(""), { type: "reasoning", choice: 0, text: "" }])).toHaveLength(0);
});

test("a provider that names no message still begins one", () => {
  expect(types(writer().write([text("Hi")]))).toEqual(["message_start", "content_block_start", "content_block_delta"]);
});

describe("Claude's own events", () => {
  test.each(streams)("of %s are forwarded as they came, and only who answered is added", (name) => {
    const stream = writer();
    const bytes = fixture(name);
    const events = scan(bytes).filter(({ kind }) => kind !== "done");
    const forwarded = Buffer.concat([...events.map((event) => stream.forward(event)), stream.end(trail)]);
    const stop = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
    expect(forwarded.toString("utf8")).toBe(bytes.toString("utf8").replace(stop, comment + stop));
  });

  test("that break off inside of a text go on in the same block", () => {
    const stream = writer();
    // Up to and with the second word.
    for (const event of scan(fixture("text.sse")).slice(0, 5)) stream.forward(event);
    const bytes = Buffer.concat([stream.write([text("more")]), stream.write([finish]), stream.end(trail)]);
    expect(types(bytes)).toEqual([
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "comment",
      "message_stop",
    ]);
    expect(parsed(bytes)[0]).toMatchObject({ index: 0, delta: { text: "more" } });
  });

  test("that break off after a block go on in the next one", () => {
    const stream = writer();
    for (const event of scan(fixture("thinking.sse")).slice(0, 6)) stream.forward(event);
    expect(parsed(stream.write([start, text("more")]))).toMatchObject([
      { type: "content_block_start", index: 1, content_block: { type: "text" } },
      { type: "content_block_delta", index: 1 },
    ]);
  });

  test("that break off inside of a thought are closed before the text", () => {
    const stream = writer();
    for (const event of scan(fixture("thinking.sse")).slice(0, 4)) stream.forward(event);
    expect(parsed(stream.write([text("more")]))).toMatchObject([
      { type: "content_block_stop", index: 0 },
      { type: "content_block_start", index: 1 },
      { type: "content_block_delta", index: 1 },
    ]);
  });
});

test("an answer that broke off ends with who failed and an error, never with the end of a message", () => {
  const stream = writer();
  stream.write([start, text("Hel")]);
  const bytes = stream.error(brokenOff([{ backend: "local", reason: "its stream was cut off" }]), trail);
  expect(bytes.toString("utf8").startsWith(`${comment}event: error\ndata: {"type":"error","error":{`)).toBe(true);
  expect(types(bytes)).toEqual(["comment", "error"]);
});

describe("what was said is said again, word for word", () => {
  const words = fc.string({ unit: "binary", minLength: 1 });
  const signature = fc.record({ by: fc.constant("claude" as const), value: fc.base64String({ minLength: 4 }) });
  const thought = fc
    .tuple(words, fc.option(signature))
    .map(([said, signed]): ChatDelta[] => [
      { type: "reasoning", choice: 0, text: said },
      ...(signed ? [{ type: "signature", choice: 0, signature: signed } as const] : []),
    ]);
  const redacted = fc
    .base64String({ minLength: 4 })
    .map((value): ChatDelta[] => [
      { type: "signature", choice: 0, signature: { by: "claude", value, redacted: true } },
    ]);
  const said = fc.array(words, { minLength: 1, maxLength: 4 }).map((parts) => parts.map(text));
  const call = fc
    .tuple(fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/), fc.jsonValue(), fc.nat({ max: 20 }))
    .map(([id, value, cut]): ChatDelta[] => {
      const json = JSON.stringify({ value });
      const part = (piece: string) => ({ type: "tool_arguments", choice: 0, index: 0, json: piece }) as const;
      return [
        { type: "tool_call", choice: 0, index: 0, id, name: "f" },
        part(json.slice(0, cut)),
        part(json.slice(cut)),
      ];
    });
  const answer = fc.array(fc.oneof(thought, redacted, said, call), { maxLength: 6 }).map((blocks) => {
    let calls = 0;
    return blocks.flatMap((block) => {
      const index = block[0]?.type === "tool_call" ? calls++ : 0;
      return block.map((delta) => ("index" in delta ? { ...delta, index } : delta));
    });
  });
  const counted = fc
    .tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat(), fc.nat())
    .map(([input, read, write, completion, reasoning]) => ({
      prompt_tokens: input + read + write,
      completion_tokens: completion,
      total_tokens: input + read + write + completion,
      cached_tokens: read,
      cache_write_tokens: write,
      reasoning_tokens: reasoning,
    }));
  const ending = fc.constantFrom("stop", "length", "tool_calls", "content_filter", "pause");

  test("whatever it is, and in however many writes", () => {
    fc.assert(
      fc.property(answer, ending, counted, fc.infiniteStream(fc.nat({ max: 3 })), (deltas, reason, used, sizes) => {
        const all: ChatDelta[] = [
          start,
          ...deltas,
          { type: "finish", choice: 0, reason },
          { type: "usage", usage: used },
        ];
        const stream = writer();
        const parts: Buffer[] = [];
        for (let at = 0; at < all.length; ) {
          const size = 1 + (sizes.next().value as number);
          parts.push(stream.write(all.slice(at, at + size)));
          at += size;
        }
        const events = scan(Buffer.concat([...parts, stream.end(trail)]));
        expect(condensed(saidBy(events))).toEqual(condensed(all));
        expect(events.at(-1)?.kind).toBe("done");
      }),
    );
  });
});
