import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { anthropicRefusals, openAiRefusals, type RefusalCase } from "./cases/refusals.ts";
import { clients, modes } from "./clients.ts";
import { type House, openHouse } from "./house.ts";

/** What a backend can't do is a 400 that names backend and field, before it is asked; nothing is silently dropped. */

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const messages = [{ role: "user" as const, content: "hello" }];
const modelOf = ({ backend, model }: RefusalCase<"openai" | "anthropic">) => (model ? `${backend}/${model}` : backend);

const failureOf = (asking: Promise<unknown>): Promise<unknown> =>
  asking.then(
    () => {
      throw new Error("it was answered");
    },
    (error: unknown) => error,
  );

describe.each(modes)("%s", (mode) => {
  test.each(openAiRefusals)("a client of the OpenAI wire: $field at $backend", async (one) => {
    house.set(one.backend, {});
    const asking = clients.openai.ask(house, modelOf(one), { messages, ...one.asked }, mode);
    const error = await failureOf(asking);
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({
      status: 400,
      code: "invalid_request",
      type: "invalid_request_error",
      param: one.field,
      message: expect.stringContaining(one.backend),
    });
    expect((error as Error).message).toContain(`${one.field}: `);
    expect(house.asked(one.backend)).toEqual([]);
  });

  test.each(anthropicRefusals)("a client of Anthropic's: $field at $backend", async (one) => {
    house.set(one.backend, {});
    const asking = clients.anthropic.ask(house, modelOf(one), { messages, ...one.asked }, mode);
    const error = await failureOf(asking);
    expect(error).toBeInstanceOf(Anthropic.BadRequestError);
    expect(error).toMatchObject({
      status: 400,
      error: {
        type: "error",
        error: {
          type: "invalid_request_error",
          code: "invalid_request",
          param: one.field,
          message: expect.stringContaining(one.backend),
        },
      },
    });
    expect((error as Error).message).toContain(`${one.field}: `);
    expect(house.asked(one.backend)).toEqual([]);
  });
});

test("a whole answer in sound that openai can't stream", async () => {
  const asked = {
    messages,
    modalities: ["text" as const, "audio" as const],
    audio: { voice: "alloy", format: "wav" as const },
  };
  house.set("openai", {});
  await expect(clients.openai.ask(house, "openai", asked, "whole")).rejects.toMatchObject({
    status: 400,
    param: "audio.format",
    message: expect.stringContaining("openai"),
  });
  expect(house.asked("openai")).toEqual([]);
});
