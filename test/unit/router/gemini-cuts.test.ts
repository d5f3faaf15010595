import fc from "fast-check";
import { expect, test } from "vitest";
import { type Heard, heard, sse } from "./gemini-fixtures.ts";

const names = ["text", "thinking", "parallel-calls", "call-with-finish", "two-candidates", "safety"];

/** All that was heard, as a text; without the ids that are made up, which differ from one reading to the next. */
const story = ({ events, failure }: Heard): string =>
  JSON.stringify([events.map(({ bytes, ...event }) => ({ ...event, bytes: bytes.toString() })), failure]).replaceAll(
    /"(?:call|resp)_[0-9a-f]{24}"/g,
    '""',
  );

test.each(names)("%s: cut in two at every place it says the same", async (name) => {
  const bytes = sse(name);
  const whole = story(await heard([bytes]));
  for (let at = 1; at < bytes.length; at++) {
    expect(story(await heard([bytes.subarray(0, at), bytes.subarray(at)]))).toBe(whole);
  }
});

test("cut into any pieces it says the same", async () => {
  const property = fc.asyncProperty(
    fc.constantFrom(...names),
    fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 40 }),
    async (name, sizes) => {
      const bytes = sse(name);
      const chunks: Buffer[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        chunks.push(bytes.subarray(at, at + size));
        at += size;
      }
      expect(story(await heard(chunks))).toBe(story(await heard([bytes])));
    },
  );
  await fc.assert(property, { numRuns: 50 });
});
