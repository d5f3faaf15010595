import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clients, modes } from "./clients.ts";
import { type House, openHouse } from "./house.ts";

/** Where client and backend speak the same wire, what the router does not know goes through. */

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const messages = [{ role: "user" as const, content: "hello" }];

describe.each(modes)("%s", (mode) => {
  test.each(["openai", "local"] as const)("fields of the OpenAI wire reach %s as they came", async (backend) => {
    house.set(backend, {});
    const unknown = { future_option: [1, { deep: null }], seed: 7, metadata: { a: "b" } };
    await clients.openai.ask(house, backend, { messages, ...unknown }, mode);
    expect(house.asked(backend)[0]?.body).toMatchObject({ messages, ...unknown });
  });

  test("fields and headers of Anthropic's reach claude as they came", async () => {
    house.set("claude", {});
    const unknown = {
      messages: [{ role: "user" as const, content: "hello", future_mark: 1 }],
      tools: [{ type: "web_search_20250305" as const, name: "web_search" as const, max_uses: 2 }],
      future_option: { a: [null] },
      service_tier: "auto" as const,
    };
    await clients.anthropic.ask(house, "claude", unknown, mode);
    expect(house.asked("claude")[0]).toMatchObject({
      body: unknown,
      headers: { "anthropic-version": expect.stringMatching(/^\d{4}-\d\d-\d\d$/) },
    });
  });

  test.each(["openai", "local", "gemini"] as const)(
    "marks of a prompt cache are no reason for %s to refuse",
    async (backend) => {
      house.set(backend, {});
      const system = [{ type: "text" as const, text: "Be short.", cache_control: { type: "ephemeral" as const } }];
      await clients.anthropic.ask(house, backend, { system, messages }, mode);
      expect(JSON.stringify(house.asked(backend)[0]?.body)).not.toContain("cache_control");
    },
  );

  test("a beta feature is asked of claude", async () => {
    house.set("claude", {});
    const params = { model: "claude", max_tokens: 10, messages, betas: ["future-2026-12-01" as const] };
    if (mode === "whole") await house.anthropic.beta.messages.create(params);
    else await house.anthropic.beta.messages.stream(params).finalMessage();
    expect(house.asked("claude")[0]?.headers["anthropic-beta"]).toBe("future-2026-12-01");
  });

  test("fields that change nothing of an answer are no reason to refuse", async () => {
    house.set("claude", {});
    const harmless = { metadata: { a: "b" }, store: true, service_tier: "auto" as const, logit_bias: {}, n: 1 };
    await clients.openai.ask(house, "claude", { messages, ...harmless }, mode);
    expect(house.asked("claude")).toHaveLength(1);
  });
});
