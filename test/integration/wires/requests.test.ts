import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formCases } from "./cases/form.ts";
import { messageCases } from "./cases/messages.ts";
import type { RequestCase } from "./cases/request.ts";
import { toolCases } from "./cases/tools.ts";
import { type ClientWire, clients, clientWires, type Mode, modes } from "./clients.ts";
import { type Backend, backends, type House, openHouse } from "./house.ts";

/** Every request of every client is, at every backend, what a client of that backend's own wire would have written. */

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const groups = { messages: messageCases, tools: toolCases, "form and thinking": formCases };

describe.each(clientWires)("a client of the %s wire", (wire) => {
  describe.each(backends)("%s", (backend) => {
    describe.each(Object.entries(groups))("%s", (_group, cases) => {
      const possible = cases.filter((one) => one[wire] && (one.backends ?? backends).includes(backend));
      test.each(possible.flatMap((one) => modes.map((mode) => ({ ...one, mode }))))("$name, $mode", (one) =>
        check(wire, backend, one, one.mode),
      );
    });
  });
});

async function check(wire: ClientWire, backend: Backend, one: RequestCase, mode: Mode): Promise<void> {
  // The OpenAI SDK reads an answer to a schema as JSON while it streams.
  house.set(backend, { text: '{"colour":"rehearsal"}' });
  const model = one.model?.[backend];
  await ask(wire, model === undefined ? backend : `${backend}/${model}`, one, mode);
  const received = house.asked(backend);
  expect(received).toHaveLength(1);
  expect(received[0]?.body).toEqual({
    ...formAt(backend, one),
    ...one.instead?.[backend],
    ...one.instead?.[`${wire} to ${backend}`],
  });
}

async function ask(wire: ClientWire, model: string, { openai, anthropic }: RequestCase, mode: Mode): Promise<void> {
  if (wire === "openai" && openai) await clients.openai.ask(house, model, openai, mode);
  if (wire === "anthropic" && anthropic) await clients.anthropic.ask(house, model, anthropic, mode);
}

/** The request in the backend's own wire, with what the router sets: model, limit, and that it is a stream. */
function formAt(backend: Backend, { openai, anthropic, gemini }: RequestCase): object {
  const model = expect.any(String);
  const limit = expect.any(Number);
  const common = { model, stream: true };
  switch (backend) {
    case "gemini": {
      const generationConfig = { maxOutputTokens: limit, ...(gemini?.generationConfig as object | undefined) };
      return { ...gemini, generationConfig };
    }
    case "claude": {
      const { version: _, ...form } = anthropic ?? {};
      return { ...common, max_tokens: limit, ...form };
    }
    case "openai":
      return { ...common, stream_options: { include_usage: true }, max_completion_tokens: limit, ...openai };
    case "local": {
      const { max_completion_tokens: max_tokens = limit, ...rest } = openai ?? {};
      return { ...common, stream_options: { include_usage: true }, max_tokens, ...rest };
    }
  }
}
