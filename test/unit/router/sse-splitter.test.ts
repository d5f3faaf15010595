import fc from "fast-check";
import { expect, test } from "vitest";
import { SseSplitter } from "../../../runtime/router/stream/sse-splitter.ts";

/** One event's lines, without a line end in them. */
const line = fc
  .string({ unit: "binary", minLength: 1, maxLength: 20 })
  .map((text) => `data: ${text.replace(/[\r\n]/g, "")}`);
const event = fc.array(line, { minLength: 1, maxLength: 3 });

function split(bytes: Buffer, cuts: readonly number[]): string[] {
  const splitter = new SseSplitter();
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const found = edges.slice(1).flatMap((end, index) => splitter.push(bytes.subarray(edges[index], end)));
  expect(splitter.rest).toHaveLength(0);
  return found.map((part) => part.toString("utf8"));
}

test("wherever the bytes are cut, the same events come out, verbatim", () => {
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 8 }),
      fc.constantFrom("\n", "\r\n"),
      fc.array(fc.nat(), { maxLength: 30 }),
      (events, lineEnd, cuts) => {
        const texts = events.map((lines) => lines.map((text) => text + lineEnd).join("") + lineEnd);
        expect(split(Buffer.from(texts.join("")), cuts)).toEqual(texts);
      },
    ),
  );
});

test("one byte at a time gives the same events", () => {
  const text = 'data: {"a":"ä€😀"}\r\n\r\n: ping\n\ndata: [DONE]\n\n';
  const bytes = Buffer.from(text);
  expect(split(bytes, [...bytes.keys()]).join("")).toBe(text);
});

test("blank lines between events are dropped", () => {
  expect(split(Buffer.from("\n\n\r\n\r\ndata: x\n\n"), [1, 2, 3])).toEqual(["data: x\n\n"]);
});

test("what follows the last complete event is kept apart", () => {
  const splitter = new SseSplitter();
  expect(splitter.push(Buffer.from("data: a\n\ndata: b\n"))).toHaveLength(1);
  expect(splitter.rest.toString()).toBe("data: b\n");
});

test("an event without end is refused before it fills the memory", () => {
  const splitter = new SseSplitter();
  const block = Buffer.alloc(1024 * 1024, "x");
  expect(() => {
    for (let i = 0; i < 10; i++) splitter.push(block);
  }).toThrow("too large");
});
