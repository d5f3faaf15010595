import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UpstreamFailure } from "../../../runtime/router/providers/failure.ts";
import { OpenAiScanner } from "../../../runtime/router/stream/openai-scanner.ts";

const sse = (data: string) => Buffer.from(`data: ${data}\n\n`);
const chunk = (delta: object, reason: string | null = null, more: object = {}) =>
  JSON.stringify({ id: "x", choices: [{ index: 0, delta, finish_reason: reason }], ...more });

/** What the scanner says of one event, in a form that can be compared. */
function verdict(scanner: OpenAiScanner, bytes: Buffer): string {
  try {
    const event = scanner.scan(bytes);
    return event ? `${event.kind} ${event.choices?.join(",") ?? ""} ${JSON.stringify(event.usage)}` : "nothing";
  } catch (error) {
    if (error instanceof UpstreamFailure) return error.message;
    throw error;
  }
}

test.each([
  ["preamble", chunk({ role: "assistant", content: "" })],
  ["preamble", chunk({})],
  ["preamble", JSON.stringify({ choices: [], prompt_filter_results: [] })],
  ["content", chunk({ content: "word" })],
  ["content", chunk({ reasoning_content: "hm" })],
  ["content", chunk({ tool_calls: [{ index: 0, function: { arguments: "{" } }] })],
  ["finish", chunk({}, "stop")],
  ["finish", chunk({ content: "last" }, "length")],
  ["usage", JSON.stringify({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } })],
  ["done", "[DONE]"],
])("%s: %s", (kind, data) => {
  expect(new OpenAiScanner().scan(sse(data))?.kind).toBe(kind);
});

test("comments and keep-alives are no events", () => {
  expect(new OpenAiScanner().scan(Buffer.from(": ping\n\n"))).toBeUndefined();
  expect(new OpenAiScanner().scan(Buffer.from("event: ping\n\n"))).toBeUndefined();
});

test.each(["{not json", '{"choices":', "[]", "null", '"text"', "{}", '{"choices":{}}', '{"choices":[5]}', ""])(
  "%j is malformed",
  (data) => {
    expect(() => new OpenAiScanner().scan(sse(data))).toThrow("malformed");
  },
);

test("bytes that are not UTF-8 are malformed", () => {
  const bytes = sse(chunk({ content: "abc" }));
  bytes[bytes.indexOf("abc") + 1] = 0xff;
  const scanner = new OpenAiScanner();
  expect(() => scanner.scan(bytes)).toThrow("malformed");
  scanner.scan(sse(chunk({ content: "abc" })));
  expect(() => scanner.scan(bytes)).toThrow("malformed");
});

describe("an error inside of the stream", () => {
  test("is a failure that another backend can make good", () => {
    const bytes = sse('{"error":{"message":"sk-secret overloaded","code":503}}');
    const failure = (() => {
      try {
        new OpenAiScanner().scan(bytes);
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toMatchObject({ consequence: "failover", message: "an error inside of its answer (503)" });
  });

  test("is the client's own where the provider calls the request invalid", () => {
    const data = '{"error":{"type":"invalid_request_error","message":"bad image","param":"messages"}}';
    expect(() => new OpenAiScanner().scan(sse(data))).toThrow(
      expect.objectContaining({
        consequence: "reject",
        rejection: expect.objectContaining({ status: 400, message: "bad image" }),
      }),
    );
  });
});

describe("the quick way", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom('"', "\\", '"finish_reason":"stop"', '","x":"', "\n\n", "é😀"),
  );
  /** Events as providers send them, and the same with a byte changed somewhere. */
  const event = fc
    .tuple(
      text,
      fc.constantFrom(null, null, null, "stop"),
      fc.constantFrom({}, {}, { usage: { prompt_tokens: 1, completion_tokens: 1 } }, { obfuscation: "ab" }),
      fc.option(fc.tuple(fc.nat(), fc.constantFrom(34, 92, 123, 125, 10, 0, 255, 65)), { freq: 3 }),
    )
    .map(([content, reason, more, damage]) => {
      const bytes = sse(chunk({ content }, reason, more));
      if (damage) bytes[damage[0] % bytes.length] = damage[1];
      return bytes;
    });

  test("says of every event what a scanner without memory says of it", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const scanner = new OpenAiScanner();
        for (const bytes of events) expect(verdict(scanner, bytes)).toBe(verdict(new OpenAiScanner(), bytes));
      }),
      { numRuns: 500 },
    );
  });

  test("is not fooled by a text that looks like the end of the event", () => {
    const scanner = new OpenAiScanner();
    scanner.scan(sse(chunk({ content: "a" })));
    const forged = sse(chunk({ content: "a" }).replace('"a"', '"a"},"finish_reason":"stop"}],"x":[{"y":{"z":"b"'));
    expect(verdict(scanner, forged)).toBe(verdict(new OpenAiScanner(), forged));
  });
});
