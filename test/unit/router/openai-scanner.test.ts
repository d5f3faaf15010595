import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UpstreamFailure } from "../../../runtime/router/providers/failure.ts";
import { OpenAiScanner } from "../../../runtime/router/wires/openai/index.ts";
import { chunk, common, deltasOf, opening, scanned, scannedSingly, sse, text } from "./openai-support.ts";

const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
const call = (part: object) => chunk({ tool_calls: [part] });

/** What a scanner says of one event, in a form that can be compared. */
function verdict(scanner: OpenAiScanner, bytes: Buffer): unknown {
  try {
    const event = scanner.scan(bytes);
    return event && { kind: event.kind, choices: event.choices, usage: event.usage, deltas: event.deltas };
  } catch (error) {
    if (error instanceof UpstreamFailure) return error.message;
    throw error;
  }
}

/** A scanner that has seen the beginning of a stream. */
function begun(...events: Buffer[]): OpenAiScanner {
  const scanner = new OpenAiScanner();
  for (const bytes of [opening, ...events]) scanner.scan(bytes);
  return scanner;
}

test.each([
  ["preamble", opening],
  ["preamble", chunk({})],
  ["preamble", sse(JSON.stringify({ choices: [], prompt_filter_results: [] }))],
  ["content", chunk({ content: "word" })],
  ["content", chunk({ reasoning_content: "hm" })],
  ["content", call({ index: 0, function: { arguments: "{" } })],
  ["finish", chunk({}, "stop")],
  ["finish", chunk({ content: "last" }, "length")],
  ["usage", sse(JSON.stringify({ choices: [], usage }))],
  ["done", sse("[DONE]")],
])("%s: %s", (kind, bytes) => {
  expect(new OpenAiScanner().scan(bytes)?.kind).toBe(kind);
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
  const bytes = chunk({ content: "abc" });
  bytes[bytes.indexOf("abc") + 1] = 0xff;
  expect(() => new OpenAiScanner().scan(bytes)).toThrow("malformed");
  expect(() => begun(chunk({ content: "abc" })).scan(bytes)).toThrow("malformed");
});

describe("an error inside of the stream", () => {
  test("is a failure that the same or another backend can make good", () => {
    const bytes = sse('{"error":{"message":"sk-secret overloaded","code":503}}');
    expect(() => new OpenAiScanner().scan(bytes)).toThrow(
      expect.objectContaining({
        consequence: "failover",
        retryable: true,
        message: "an error inside of its answer (503)",
      }),
    );
  });

  test("is the client's own where the provider calls the request invalid", () => {
    const data = '{"error":{"type":"invalid_request_error","message":"bad image","param":"messages"}}';
    expect(() => new OpenAiScanner().scan(sse(data))).toThrow(
      expect.objectContaining({
        consequence: "reject",
        rejection: expect.objectContaining({ status: 400, message: "bad image", param: "messages" }),
      }),
    );
  });

  test("keeps what was refused", () => {
    const data = '{"error":{"code":"content_filter","message":"no"}}';
    expect(() => new OpenAiScanner().scan(sse(data))).toThrow(
      expect.objectContaining({ rejection: expect.objectContaining({ kind: "content_filter" }) }),
    );
  });

  test.each(["error", "abort"])("may be a finish reason: %s", (reason) => {
    expect(() => new OpenAiScanner().scan(chunk({}, reason))).toThrow(`its answer ended with "${reason}"`);
  });
});

describe("the quick way", () => {
  /** Events as providers send them, and the same with a byte changed somewhere. */
  const event = fc
    .tuple(
      text,
      fc.constantFrom(null, null, null, "stop"),
      fc.constantFrom({}, {}, { usage }, { obfuscation: "ab" }, { obfuscation: "abcd" }, { obfuscation: "" }),
      fc.option(fc.tuple(fc.nat(), fc.constantFrom(34, 92, 123, 125, 10, 0, 255, 65)), { freq: 3 }),
    )
    .map(([content, reason, more, damage]) => {
      const bytes = chunk({ content }, reason, more);
      if (damage) bytes[damage[0] % bytes.length] = damage[1];
      return bytes;
    });

  test("says of every event what a scanner says that has seen no other text", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const scanner = begun();
        for (const bytes of events) expect(verdict(scanner, bytes)).toEqual(verdict(begun(), bytes));
      }),
      { numRuns: 500 },
    );
  });

  test("is taken by texts that differ, by OpenAI's padding, by blanks and escapes", () => {
    const asPython = (content: string) =>
      sse(`{"id": "1", "choices": [{"index": 0, "delta": {"content": "${content}"}}]}`);
    const padded = (content: string, obfuscation: string) => chunk({ content }, null, { obfuscation });
    for (const events of [
      [chunk({ content: "a" }), chunk({ content: 'é"\n' })],
      [padded("a", "xyz"), padded("bcd", "x")],
      [asPython("a"), asPython("\\u00e9\\n")],
    ]) {
      const [, second] = scanned(Buffer.concat([opening, ...events])).slice(1);
      expect(Object.keys(second ?? {})).not.toContain("chunk");
      expect(second?.rawText).toBeDefined();
    }
  });

  test("is not fooled by a text that looks like the end of the event", () => {
    const honest = chunk({ content: "a" });
    const forged = Buffer.from(honest.toString().replace('"a"', '"a"},"finish_reason":"stop"}],"x":[{"y":{"z":"b"'));
    expect(verdict(begun(honest), forged)).toEqual(verdict(begun(), forged));
  });

  test("is not taken by an event that goes on after its end", () => {
    const honest = chunk({ content: "a" });
    expect(() => begun(honest).scan(Buffer.concat([honest, honest]))).toThrow("malformed");
  });

  test("is not taken where another field has the name of the text", () => {
    const both = (other: string, content: string) =>
      sse(JSON.stringify({ other: { content: other }, choices: [{ index: 0, delta: { content } }] }));
    const event = begun(both("a", "a")).scan(both("b", "a"));
    expect(event?.rawText).toBeUndefined();
    expect(event?.deltas).toEqual([{ type: "text", choice: 0, text: "a" }]);
  });

  test.each(["\\u12", "\\uzzzz", "\\x41", "a\\"])("refuses the escape %s", (wrong) => {
    const honest = chunk({ content: "a" });
    const broken = Buffer.from(honest.toString().replace('"a"', `"${wrong}"`));
    expect(() => begun(honest).scan(broken)).toThrow("malformed");
  });
});

describe("raw text", () => {
  test("is the inside of the JSON string", () => {
    fc.assert(
      fc.property(fc.array(text.filter((value) => value !== "")), (texts) => {
        const bytes = Buffer.concat([opening, ...texts.map((content) => chunk({ content }))]);
        for (const [at, event] of scannedSingly(bytes).slice(1).entries()) {
          expect(JSON.parse(`"${event.rawText}"`)).toBe(texts[at]);
        }
        const together = scanned(bytes).slice(1);
        expect(together.length).toBeLessThanOrEqual(2);
        expect(JSON.parse(`"${together.map(({ rawText }) => rawText).join("")}"`)).toBe(texts.join(""));
      }),
    );
  });

  test.each([
    ["a call", chunk({ content: "a", tool_calls: [{ index: 0, id: "x", function: { name: "f" } }] })],
    ["a refusal", chunk({ content: "a", refusal: "no" })],
    ["a thought", chunk({ content: "a", reasoning_content: "hm" })],
    ["a finish", chunk({ content: "a" }, "stop")],
    ["usage", chunk({ content: "a" }, null, { usage })],
    [
      "log probabilities",
      sse(
        JSON.stringify({
          ...common,
          choices: [{ index: 0, delta: { content: "a" }, logprobs: { tokens: ["a"] } }],
        }),
      ),
    ],
    [
      "another choice",
      sse(
        JSON.stringify({
          ...common,
          choices: [
            { index: 0, delta: { content: "a" } },
            { index: 1, delta: { content: "b" } },
          ],
        }),
      ),
    ],
  ])("is not set beside %s", (_what, bytes) => {
    const scanner = begun();
    expect(scanner.scan(bytes)?.rawText).toBeUndefined();
    expect(scanner.scan(bytes)?.rawText).toBeUndefined();
  });
});

describe("deltas", () => {
  const said = (...events: Buffer[]) => deltasOf(scanned(Buffer.concat(events)));
  const start = { type: "start", id: "chatcmpl-1", model: "gpt-x" };

  test("begin with one start, whether or not a role is repeated", () => {
    const deltas = said(chunk({ role: "assistant", content: "a" }), chunk({ role: "assistant", content: "b" }));
    expect(deltas).toEqual([start, { type: "text", choice: 0, text: "a" }, { type: "text", choice: 0, text: "b" }]);
  });

  test("tell of a thought under either name, and once where it has both", () => {
    expect(said(chunk({ reasoning: "a" }), chunk({ reasoning_content: "b", reasoning: "b" }))).toEqual([
      start,
      { type: "reasoning", choice: 0, text: "a" },
      { type: "reasoning", choice: 0, text: "b" },
    ]);
  });

  test("tell of details of usage", () => {
    const detailed = {
      ...usage,
      prompt_tokens_details: { cached_tokens: 1, cache_write_tokens: 4, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 2 },
    };
    expect(said(sse(JSON.stringify({ ...common, choices: [], usage: detailed })))).toEqual([
      { type: "usage", usage: { ...usage, cached_tokens: 1, cache_write_tokens: 4, reasoning_tokens: 2 } },
    ]);
  });

  test.each([
    ["stop", "stop"],
    ["length", "length"],
    ["tool_calls", "tool_calls"],
    ["function_call", "tool_calls"],
    ["content_filter", "content_filter"],
    ["eos", "stop"],
    ["toString", "stop"],
  ])("the finish reason %s is %s", (given, reason) => {
    expect(said(chunk({}, given)).at(-1)).toEqual({ type: "finish", choice: 0, reason });
  });

  const parts = [
    [
      "as OpenAI",
      [
        { index: 0, id: "a", function: { name: "f", arguments: "" } },
        { index: 0, function: { arguments: "{}" } },
      ],
    ],
    [
      "with id and name in each part",
      [
        { index: 0, id: "a", function: { name: "f", arguments: "{" } },
        { index: 0, id: "a", function: { name: "f", arguments: "}" } },
      ],
    ],
    ["whole in one part", [{ index: 0, id: "a", function: { name: "f", arguments: "{}" } }]],
    ["without index", [{ id: "a", function: { name: "f", arguments: "{" } }, { function: { arguments: "}" } }]],
  ] as const;
  test.each(parts)("of a call that is written %s are the same", (_how, written) => {
    const deltas = said(...written.map(call)).slice(1);
    expect(deltas[0]).toEqual({ type: "tool_call", choice: 0, index: 0, id: "a", name: "f" });
    const rest = deltas
      .slice(1)
      .map((delta) => (delta.type === "tool_arguments" && delta.index === 0 ? delta.json : "?"));
    expect(rest.join("")).toBe("{}");
  });

  test("number calls from 0 where a provider gives each the same number", () => {
    const deltas = said(
      call({ index: 0, id: "a", function: { name: "f", arguments: "1" } }),
      call({ index: 0, id: "b", function: { name: "g", arguments: "2" } }),
    );
    expect(deltas.slice(1)).toEqual([
      { type: "tool_call", choice: 0, index: 0, id: "a", name: "f" },
      { type: "tool_arguments", choice: 0, index: 0, json: "1" },
      { type: "tool_call", choice: 0, index: 1, id: "b", name: "g" },
      { type: "tool_arguments", choice: 0, index: 1, json: "2" },
    ]);
  });

  test("give a call an id of its own where the provider leaves it out", () => {
    const ids = said(call({ function: { name: "f" } }), call({ function: { name: "g" } })).flatMap((delta) =>
      delta.type === "tool_call" ? [delta.id] : [],
    );
    expect(new Set(ids).size).toBe(2);
  });

  test("take the one call of before there were tools for a call", () => {
    const deltas = said(
      chunk({ function_call: { name: "f", arguments: "" } }),
      chunk({ function_call: { arguments: "{}" } }),
    );
    expect(deltas.slice(1)).toMatchObject([
      { type: "tool_call", index: 0, name: "f" },
      { type: "tool_arguments", index: 0, json: "{}" },
    ]);
  });
});
