import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Continuation, Seam } from "../../../runtime/router/stream/seam.ts";

/** What a client has in the end, when the continuation comes in these parts. */
function joinedText(sent: string, mode: Continuation, parts: readonly string[]): string | undefined {
  const seam = new Seam(sent, mode);
  const forwarded = parts.map((part) => seam.push(part));
  const last = seam.end();
  return seam.broken ? undefined : sent + forwarded.join("") + last;
}

const words = fc
  .array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 30, maxLength: 80 })
  .map((list) => list.map((word, index) => `${index}${word}`).join(" "));
const text = fc.oneof(words, fc.string({ minLength: 60, maxLength: 300, unit: "grapheme" }));
const cut = fc.double({ min: 0, max: 1, noNaN: true });
const chunks = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });

function split(whole: string, sizes: readonly number[]): string[] {
  const parts: string[] = [];
  for (let at = 0, turn = 0; at < whole.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    parts.push(whole.slice(at, at + size));
    at += size;
  }
  return parts;
}

describe("a target that", () => {
  test("begins anew adds only what is new, however its text is cut", () => {
    fc.assert(
      fc.property(
        text,
        cut,
        chunks,
        fc.constantFrom("restart" as const, "instruct" as const),
        (whole, at, sizes, mode) => {
          const sent = whole.slice(0, Math.floor(whole.length * at));
          expect(joinedText(sent, mode, split(whole, sizes))).toBe(whole);
        },
      ),
    );
  });

  test("goes on from a prefill loses nothing", () => {
    fc.assert(
      fc.property(words, cut, chunks, (whole, at, sizes) => {
        const sent = whole.slice(0, Math.floor(whole.length * at));
        expect(joinedText(sent, "prefill", split(whole.slice(sent.length), sizes))).toBe(whole);
      }),
    );
  });

  test("was given a prefill and begins anew all the same adds only what is new", () => {
    fc.assert(
      fc.property(words, fc.double({ min: 0.3, max: 1, noNaN: true }), chunks, (whole, at, sizes) => {
        const sent = whole.slice(0, Math.max(16, Math.floor(whole.length * at)));
        expect(joinedText(sent, "prefill", split(whole, sizes))).toBe(whole);
      }),
    );
  });

  test("takes up the last words repeats nothing", () => {
    fc.assert(
      fc.property(words, cut, fc.integer({ min: 8, max: 200 }), chunks, (whole, at, back, sizes) => {
        const sent = whole.slice(0, Math.floor(whole.length * at));
        const again = whole.slice(Math.max(0, sent.length - back));
        fc.pre(sent.length - back > 40 || sent.length < 8);
        expect(joinedText(sent, "instruct", split(again, sizes))).toBe(whole);
      }),
    );
  });

  test("goes straight on as it was told loses nothing", () => {
    fc.assert(
      fc.property(words, cut, chunks, (whole, at, sizes) => {
        const sent = whole.slice(0, Math.floor(whole.length * at));
        expect(joinedText(sent, "instruct", split(whole.slice(sent.length), sizes))).toBe(whole);
      }),
    );
  });
});

test("an answer in other words is never glued to the first", () => {
  const sent = "The mitochondrion is the powerhouse of the cell, and it makes ATP by";
  expect(
    joinedText(sent, "instruct", ["The mitochondrion is the powerhouse of the cell. It ", "is round."]),
  ).toBeUndefined();
  expect(joinedText(sent, "restart", ["Mitochondria are small."])).toBeUndefined();
});

test("a restarted answer that is shorter than what was sent can't follow it", () => {
  expect(joinedText("one two three four", "restart", ["one two"])).toBeUndefined();
});

test("a restarted answer that is just what was sent adds nothing", () => {
  expect(joinedText("one two three", "restart", ["one two three"])).toBe("one two three");
});

test("blanks that a prefill went without are not doubled", () => {
  expect(joinedText("Hello ", "prefill", [" ", "world"])).toBe("Hello world");
  expect(joinedText("Hello\n\n", "prefill", ["\n\nworld"])).toBe("Hello\n\nworld");
  expect(joinedText("Hello ", "prefill", ["world"])).toBe("Hello world");
  expect(joinedText("Hello ", "instruct", [" ", "world"])).toBe("Hello world");
});

test("two words that are the same by chance are both kept", () => {
  expect(joinedText("It was very", "instruct", [" very", " good."])).toBe("It was very very good.");
});

test("what follows the seam is passed on at once", () => {
  const seam = new Seam("one two three four five", "restart");
  expect(seam.push("one two three four five six")).toBe(" six");
  expect(seam.push(" seven")).toBe(" seven");
});
