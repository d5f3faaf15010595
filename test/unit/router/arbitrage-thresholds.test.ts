import fc from "fast-check";
import { expect, test } from "vitest";
import { type EstimatedRequest, estimate } from "../../../runtime/router/arbitrage/index.ts";

function ask(...texts: string[]): EstimatedRequest {
  return { messages: [{ role: "user", parts: texts.map((text) => ({ type: "text", text })) }], tools: [] };
}

function tierOf(text: string): string {
  return estimate("thresholds", ask(text)).tier;
}

test("99 characters are small, 100 are medium", () => {
  expect(tierOf("x".repeat(99))).toBe("small");
  expect(tierOf("x".repeat(100))).toBe("medium");
});

test("100 characters with analyze in them are large", () => {
  expect(tierOf(`${"x".repeat(93)}analyze`)).toBe("large");
});

test("length comes first: a short prompt is small even if it says analyze", () => {
  expect(tierOf(`${"x".repeat(92)}analyze`)).toBe("small");
  expect(tierOf("Analyze this contract")).toBe("small");
});

test("upper and lower case of analyze are the same, and longer words contain it", () => {
  for (const word of ["ANALYZE", "Analyze", "aNaLyZe", "reanalyzed"])
    expect(tierOf(`${word} ${"x".repeat(100)}`)).toBe("large");
});

test("analyse, analysis and analyzing aren't the word analyze", () => {
  for (const word of ["analyse", "analysis", "analyzing"]) expect(tierOf(`${word} ${"x".repeat(100)}`)).toBe("medium");
});

test("the rule holds for any text", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 250, unit: "binary" }),
    fc.tuple(fc.string({ maxLength: 120 }), fc.string({ maxLength: 120 })).map(([a, b]) => `${a}analyze${b}`),
  );
  fc.assert(
    fc.property(text, (prompt) => {
      const rule = [...prompt].length < 100 ? "small" : prompt.toLowerCase().includes("analyze") ? "large" : "medium";
      expect(tierOf(prompt)).toBe(rule);
    }),
  );
});

test("a character is a code point, so 99 emoji are under 100", () => {
  expect(tierOf("😀".repeat(99))).toBe("small");
  expect(tierOf("😀".repeat(100))).toBe("medium");
});

test("the word is found anywhere in a prompt of ten million characters", () => {
  const half = "lorem ipsum ".repeat(420_000);
  expect(tierOf(`${half}analyze${half}`)).toBe("large");
  expect(tierOf(half + half)).toBe("medium");
});

test("only the last user message counts, all of its text together", () => {
  const long = "x".repeat(300);
  const request: EstimatedRequest = {
    messages: [
      { role: "system", parts: [{ type: "text", text: `analyze ${long}` }] },
      { role: "user", parts: [{ type: "text", text: `analyze ${long}` }] },
      { role: "assistant", parts: [{ type: "text", text: `analyze ${long}` }] },
      { role: "user", parts: [{ type: "text", text: "thanks" }] },
      { role: "tool", callId: "1", parts: [{ type: "text", text: `analyze ${long}` }] },
    ],
    tools: [],
  };
  expect(estimate("thresholds", request).tier).toBe("small");
  expect(estimate("thresholds", ask("x".repeat(60), "y".repeat(39))).tier).toBe("small");
  expect(estimate("thresholds", ask("x".repeat(60), "y".repeat(40))).tier).toBe("medium");
});

test("without a user message there is nothing hard", () => {
  expect(estimate("thresholds", { messages: [], tools: [] }).tier).toBe("small");
});

test("the reason names the rule that decided", () => {
  expect(estimate("thresholds", ask("hi")).why).toBe("auto: thresholds, under 100 characters -> small");
  expect(estimate("thresholds", ask("analyze".repeat(20))).why).toBe("auto: thresholds, contains analyze -> large");
  expect(estimate("thresholds", ask("x".repeat(200))).why).toBe("auto: thresholds, 100 characters or more -> medium");
});
