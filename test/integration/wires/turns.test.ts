import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tools } from "./cases/tools.ts";
import { type ClientWire, clients, clientWires, type Mode, modes } from "./clients.ts";
import { type Backend, backends, type House, openHouse, type Script } from "./house.ts";

/**
 * A conversation of two turns, as a client has it that sends back what it got: calls under the ids that they came with,
 * and the thoughts that a provider signed, wherever the client's wire kept them.
 */

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const messages = [{ role: "user" as const, content: "The weather in Graz and Linz?" }];
const results = ["sunny", "grey"];

/** Asks twice, and resolves with what the second backend received of the first one's answer and of its results. */
async function secondTurn(wire: ClientWire, mode: Mode, first: Backend, second: Backend, script: Script) {
  house.set(first, script);
  const next = wire === "openai" ? await openAiTurn(first, mode) : await anthropicTurn(first, mode);
  house.set(second, { text: "a rehearsal" });
  await next(second);
  const [asked, ...more] = house.asked(second);
  expect(more).toEqual([]);
  if (!asked) throw new Error("it was not asked");
  return asked.body;
}

async function openAiTurn(first: Backend, mode: Mode) {
  const asked = { messages, tools: tools.openai };
  const answer = await clients.openai.ask(house, first, asked, mode);
  return (model: string) => clients.openai.ask(house, model, clients.openai.follow(asked, answer, results), mode);
}

async function anthropicTurn(first: Backend, mode: Mode) {
  const asked = { messages, tools: tools.anthropic };
  const answer = await clients.anthropic.ask(house, first, asked, mode);
  return (model: string) => clients.anthropic.ask(house, model, clients.anthropic.follow(asked, answer, results), mode);
}

const cities = [{ city: "Graz" }, { city: "Linz" }];
const toolCalls = cities.map((input) => ({ name: "weather", arguments: input }));
const calling: Script = { toolCalls };
const thoughtful: Script = { toolCalls, reasoning: "Let me look." };

/** The ids of the calls in a body and of their results, whatever its wire. */
function idsIn(body: unknown, ofResults: boolean): string[] {
  if (Array.isArray(body)) return body.flatMap((item) => idsIn(item, ofResults));
  if (typeof body !== "object" || body === null) return [];
  const fields = body as Record<string, unknown>;
  const id = ofResults
    ? (fields.tool_call_id ?? fields.tool_use_id ?? (fields.functionResponse as { id?: string } | undefined)?.id)
    : fields.type === "tool_use" || fields.type === "function"
      ? fields.id
      : (fields.functionCall as { id?: string } | undefined)?.id;
  return [
    ...(typeof id === "string" ? [id] : []),
    ...Object.values(fields).flatMap((field) => idsIn(field, ofResults)),
  ];
}

/** Who asks, how, and who answers the first and the second turn. */
const routes = (pairs: readonly (readonly [Backend, Backend])[]) =>
  clientWires.flatMap((wire) =>
    modes.flatMap((mode) => pairs.map(([first, second]) => ({ wire, mode, first, second }))),
  );
const same = backends.map((backend) => [backend, backend] as const);
const others = backends.flatMap((first) =>
  backends.filter((second) => second !== first).map((second) => [first, second] as const),
);

test.each(routes([...same, ...others]))(
  "$wire, $mode: the results of calls of $first answer those calls at $second",
  async ({ wire, mode, first, second }) => {
    const body = await secondTurn(wire, mode, first, second, calling);
    const ids = idsIn(body, false);
    expect(new Set(ids).size).toBe(2);
    expect(idsIn(body, true)).toEqual(ids);
  },
);

const claudeSignature = "cmVoZWFyc2FsLXNpZ25hdHVyZQ==";
const geminiSignature = "cmVoZWFyc2FsLXRob3VnaHQ=";
const unsigned = "skip_thought_signature_validator";

describe("signed thoughts come back to their provider", () => {
  const own = (backend: Backend) => routes([[backend, backend]]);

  test.each(own("claude"))("$wire, $mode: Claude's before its calls", async ({ wire, mode, first, second }) => {
    const { messages: received } = await secondTurn(wire, mode, first, second, thoughtful);
    expect(received).toMatchObject([
      { role: "user" },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "Let me look.", signature: claudeSignature },
          { type: "tool_use", input: cities[0] },
          { type: "tool_use", input: cities[1] },
        ],
      },
      { role: "user", content: [{ type: "tool_result" }, { type: "tool_result" }] },
    ]);
  });

  test.each(own("claude"))("$wire, $mode: Claude's before its text", async ({ wire, mode, first, second }) => {
    const script = { text: "A rehearsal.", reasoning: "Let me look." };
    const { messages: received } = await secondTurn(wire, mode, first, second, script);
    expect(received).toMatchObject([
      { role: "user" },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "Let me look.", signature: claudeSignature },
          { type: "text", text: "A rehearsal." },
        ],
      },
      { role: "user" },
    ]);
  });

  test.each(own("gemini"))(
    "$wire, $mode: Gemini's on the first of its calls",
    async ({ wire, mode, first, second }) => {
      const { contents } = await secondTurn(wire, mode, first, second, thoughtful);
      const { parts } = (contents as { parts: object[] }[])[1] ?? { parts: [] };
      expect(parts.filter((part) => "functionCall" in part)).toEqual([
        {
          functionCall: { id: expect.any(String), name: "weather", args: cities[0] },
          thoughtSignature: geminiSignature,
        },
        { functionCall: { id: expect.any(String), name: "weather", args: cities[1] } },
      ]);
    },
  );

  test.each(own("gemini"))("$wire, $mode: Gemini's on its text", async ({ wire, mode, first, second }) => {
    const script = { text: "A rehearsal.", reasoning: "Let me look." };
    const { contents } = await secondTurn(wire, mode, first, second, script);
    const { parts } = (contents as { parts: object[] }[])[1] ?? { parts: [] };
    expect(parts).toContainEqual({ text: "A rehearsal.", thoughtSignature: geminiSignature });
  });
});

/** One that speaks the client's own wire gets the client's own body; OpenAI itself without thoughts, by its address. */
const translated = routes(others).filter(({ wire, second }) => wire === "anthropic" || /claude|gemini/.test(second));

test.each(translated)(
  "$wire, $mode: what $first thought and signed does not reach $second",
  async ({ wire, mode, first, second }) => {
    const body = JSON.stringify(await secondTurn(wire, mode, first, second, thoughtful));
    expect(body).not.toContain(claudeSignature);
    expect(body).not.toContain(geminiSignature);
    if (second === "gemini") expect(body).toContain(unsigned);
  },
);
