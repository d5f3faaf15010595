import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openAiWire } from "../../../runtime/router/wires/openai/index.ts";
import { chunk, common, deltasOf, done, joined, opening, scanned, scannedSingly, sse, text } from "./openai-support.ts";

const usageEvent = sse(JSON.stringify({ ...common, choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }));

/** A stream of a provider: texts of one or two choices, calls, padding, comments; finish, usage and its end. */
const stream = fc
  .record({
    texts: fc.array(fc.tuple(text, fc.constantFrom(0, 0, 0, 1), fc.constantFrom({}, { obfuscation: "xy" }))),
    calls: fc.array(text, { maxLength: 3 }),
    comment: fc.boolean(),
  })
  .map(({ texts, calls, comment }) => {
    const events = [
      opening,
      ...texts.map(([content, index, more]) => chunk({ content }, null, more, index)),
      ...calls.map((json, index) =>
        chunk({ tool_calls: [{ index, id: `c${index}`, type: "function", function: { name: "f", arguments: json } }] }),
      ),
      ...(comment ? [Buffer.from(": ping\n\n")] : []),
      chunk({}, "stop"),
      usageEvent,
      done,
    ];
    return { bytes: Buffer.concat(events), texts, calls };
  });

function forwarded(bytes: Buffer, cuts: readonly number[], includeUsage = true): string {
  const writer = openAiWire.writer({ includeUsage });
  return Buffer.concat(scanned(bytes, cuts).map((event) => writer.forward(event))).toString();
}

function assembled(bytes: Buffer, cuts: readonly number[] = []): string {
  const assembler = openAiWire.assembler("openai");
  for (const event of scanned(bytes, cuts)) assembler.add(event);
  return assembler.finish().toString();
}

describe("wherever the network cuts a stream", () => {
  const cut = fc.tuple(stream, fc.array(fc.nat(), { maxLength: 40 }));

  test("the same bytes are forwarded, those of the provider", () => {
    fc.assert(
      fc.property(cut, ([{ bytes }, cuts]) => {
        const own = bytes.toString().replace(": ping\n\n", "").replace("data: [DONE]\n\n", "");
        expect(forwarded(bytes, cuts)).toBe(own);
      }),
    );
  });

  test("the same answer is assembled, and the same is said", () => {
    fc.assert(
      fc.property(cut, ([{ bytes }, cuts]) => {
        expect(assembled(bytes, cuts)).toBe(assembled(bytes));
        expect(joined(deltasOf(scanned(bytes, cuts)))).toEqual(joined(deltasOf(scannedSingly(bytes))));
      }),
    );
  });

  test("one byte at a time", () => {
    const bytes = Buffer.concat([
      opening,
      chunk({ content: "é😀" }),
      chunk({ content: '"b' }),
      chunk({}, "stop"),
      done,
    ]);
    expect(assembled(bytes, [...bytes.keys()])).toBe(assembled(bytes));
  });
});

test("an assembled answer says what its chunks say", () => {
  fc.assert(
    fc.property(stream, ({ bytes, texts, calls }) => {
      const { choices } = JSON.parse(assembled(bytes)) as { choices: { index: number; message: Message }[] };
      for (const { index, message } of choices) {
        const said = texts.filter(([, choice]) => choice === index).map(([content]) => content);
        expect(message.content ?? "").toBe(said.join(""));
      }
      const [first] = choices;
      const json = (first?.message.tool_calls ?? []).map((call) => call.function.arguments);
      expect(json).toEqual(calls);
    }),
  );
});

interface Message {
  content: string | null;
  tool_calls?: { function: { arguments: string } }[];
}

test("a long answer is assembled whole", () => {
  const parts = Array.from({ length: 2_000 }, (_, at) => `${at} é "quoted"\n`);
  const bytes = Buffer.concat([opening, ...parts.map((content) => chunk({ content })), chunk({}, "stop"), done]);
  const { choices } = JSON.parse(assembled(bytes)) as { choices: { message: Message }[] };
  expect(choices[0]?.message.content).toBe(parts.join(""));
});

test("usage is forwarded to a client that asked for it, and to no other", () => {
  const bytes = Buffer.concat([opening, chunk({ content: "a" }), chunk({}, "stop"), usageEvent, done]);
  expect(forwarded(bytes, [], true)).toContain('"prompt_tokens":3');
  expect(forwarded(bytes, [], false)).not.toContain("prompt_tokens");
});
