import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerCases } from "./cases/answers.ts";
import { geminiChoices, openAiChoices, openAiLogprobs } from "./cases/raw.ts";
import { tools } from "./cases/tools.ts";
import { type ClientWire, clients, clientWires, type Mode, modes } from "./clients.ts";
import { backends, type House, openHouse } from "./house.ts";

/** Every answer of every backend is what the clients' official SDKs expect of their own providers. */

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const messages = [{ role: "user" as const, content: "hello" }];

const ask = (wire: ClientWire, backend: string, mode: Mode): Promise<object> =>
  wire === "openai"
    ? clients.openai.ask(house, backend, { messages, tools: tools.openai }, mode)
    : clients.anthropic.ask(house, backend, { messages, tools: tools.anthropic }, mode);

describe.each(clientWires)("a client of the %s wire", (wire) => {
  describe.each(backends)("%s", (backend) => {
    const possible = answerCases.filter((one) => one[wire] && (one.backends ?? backends).includes(backend));
    test.each(possible.flatMap((one) => modes.map((mode) => ({ ...one, mode }))))("$name, $mode", async (one) => {
      house.set(backend, one.script);
      expect(await ask(wire, backend, one.mode)).toMatchObject(one[wire] ?? {});
    });
  });
});

describe.each(modes)("one call at a time, %s", (mode) => {
  const toolCalls = ["Graz", "Linz"].map((city) => ({ name: "weather", arguments: { city } }));

  test("of gemini, which calls two all the same: a client of the OpenAI wire", async () => {
    house.set("gemini", { toolCalls });
    const asked = { messages, tools: tools.openai, parallel_tool_calls: false };
    const { choices } = await clients.openai.ask(house, "gemini", asked, mode);
    expect(choices[0]?.message.tool_calls).toMatchObject([{ function: { arguments: '{"city":"Graz"}' } }]);
    expect(choices[0]?.finish_reason).toBe("tool_calls");
  });

  test("of gemini, which calls two all the same: a client of Anthropic's", async () => {
    house.set("gemini", { toolCalls });
    const tool_choice = { type: "auto" as const, disable_parallel_tool_use: true };
    const asked = { messages, tools: tools.anthropic, tool_choice };
    const { content, stop_reason } = await clients.anthropic.ask(house, "gemini", asked, mode);
    expect(content).toMatchObject([{ type: "tool_use", input: { city: "Graz" } }]);
    expect(stop_reason).toBe("tool_use");
  });
});

describe.each(modes)("only on the OpenAI wire, %s", (mode) => {
  test.each([
    ["openai", openAiChoices("one", "two")],
    ["gemini/gemini-2.5-flash", geminiChoices("one", "two")],
  ] as const)("two answers of %s", async (model, script) => {
    house.set(model === "openai" ? "openai" : "gemini", script);
    const { choices } = await clients.openai.ask(house, model, { messages, n: 2 }, mode);
    expect(choices).toMatchObject([
      { index: 0, message: { content: "one" }, finish_reason: "stop" },
      { index: 1, message: { content: "two" }, finish_reason: "stop" },
    ]);
  });

  test.each(["openai", "local"] as const)("log probabilities of %s", async (backend) => {
    house.set(backend, openAiLogprobs("blue", -0.5));
    const { choices } = await clients.openai.ask(house, backend, { messages, logprobs: true }, mode);
    expect(choices[0]?.logprobs?.content).toMatchObject([{ token: "blue", logprob: -0.5 }]);
  });
});
