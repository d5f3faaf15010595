import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerCases } from "./cases/answers.ts";
import { tools } from "./cases/tools.ts";
import { clients } from "./clients.ts";
import { type House, openHouse } from "./house.ts";

/** Answers that a provider was asked for in one piece are what the same provider says in a stream. */

const backends = ["openai", "local"] as const;
const messages = [{ role: "user" as const, content: "hello" }];

let house: House;
beforeAll(async () => {
  house = await openHouse({ whole: true });
  for (const backend of backends) {
    house.set(backend, { text: "rehearsal" });
    await clients.openai.ask(house, backend, { messages }, "streamed");
  }
});
afterAll(() => house.close());

describe.each(backends)("%s", (backend) => {
  // What was recorded is a stream.
  const possible = answerCases.filter(({ script, ...one }) => {
    return one.openai && !script.raw && (one.backends ?? backends).includes(backend);
  });
  test.each(possible)("$name", async ({ script, openai }) => {
    house.set(backend, script);
    const answer = await clients.openai.ask(house, backend, { messages, tools: tools.openai }, "whole");
    expect(answer).toMatchObject(openai ?? {});
    expect(house.asked(backend).map(({ body }) => [body.stream, body.stream_options])).toEqual([
      [undefined, undefined],
    ]);
  });
});
