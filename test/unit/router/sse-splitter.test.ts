import fc from "fast-check";
import { expect, test } from "vitest";
import { type EventReader, SseSplitter } from "../../../runtime/router/stream/sse-splitter.ts";

/** One event's lines, without a line end in them. */
const line = fc
  .string({ unit: "binary", minLength: 1, maxLength: 20 })
  .map((text) => `data: ${text.replace(/[\r\n]/g, "")}`);
const event = fc.array(line, { minLength: 1, maxLength: 3 });

function split(bytes: Buffer, cuts: readonly number[], reader: Partial<EventReader> = {}): string[] {
  const splitter = new SseSplitter();
  const found: string[] = [];
  const read = (part: Buffer) => void found.push(part.toString("utf8"));
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (const [index, end] of edges.slice(1).entries()) {
    splitter.push(bytes.subarray(edges[index], end), { read, ...reader });
  }
  expect(splitter.rest).toHaveLength(0);
  return found;
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

test("a reader takes what it can read at once, and is given the rest event by event", () => {
  const known = "data: same\n\n";
  const runs: number[] = [];
  const run = (bytes: Buffer, at: number) => {
    let end = at;
    while (bytes.toString("utf8", end, end + known.length) === known) end += known.length;
    if (end > at) runs.push((end - at) / known.length);
    return end;
  };
  const bytes = Buffer.from(`${known}${known}data: other\n\n${known}: ping\n\n`);
  expect(split(bytes, [], { run })).toEqual(["data: other\n\n", ": ping\n\n"]);
  expect(runs).toEqual([2, 1]);
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 30 }), (cuts) => {
      runs.length = 0;
      const given = split(bytes, cuts, { run });
      expect(runs.reduce((sum, count) => sum + count, 0) + given.filter((one) => one === known).length).toBe(3);
      expect(given.filter((one) => one !== known)).toEqual(["data: other\n\n", ": ping\n\n"]);
    }),
  );
});

test("blank lines between events are dropped", () => {
  expect(split(Buffer.from("\n\n\r\n\r\ndata: x\n\n"), [1, 2, 3])).toEqual(["data: x\n\n"]);
});

test("what follows the last complete event is kept apart", () => {
  const splitter = new SseSplitter();
  const found: Buffer[] = [];
  splitter.push(Buffer.from("data: a\n\ndata: b\n"), { read: (bytes) => void found.push(bytes) });
  expect(found).toHaveLength(1);
  expect(splitter.rest.toString()).toBe("data: b\n");
});

test("an event without end is refused before it fills the memory", () => {
  const splitter = new SseSplitter();
  const block = Buffer.alloc(1024 * 1024, "x");
  expect(() => {
    for (let i = 0; i < 10; i++) splitter.push(block, { read: () => {} });
  }).toThrow("too large");
});
