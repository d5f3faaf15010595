import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issueKey, loadRouterConfig, parseRouterConfig } from "../../runtime/config/index.ts";
import { startRouter } from "../../runtime/router/index.ts";
import { textOf } from "../integration/router/support.ts";

/** `npm run test:integration` says whom there is a key for. */
const backends = (process.env.REAL_BACKENDS ?? "").split(",").filter(Boolean);
const key = issueKey();
let router: Awaited<ReturnType<typeof startRouter>>;

beforeAll(async () => {
  const config = loadRouterConfig(undefined, process.env);
  const keys = [{ id: key.id, sha256: key.sha256 }];
  const listen = { ...config.listen, port: 0 };
  // One target each: an answer of another would prove nothing.
  const only = parseRouterConfig({ ...config, keys, listen, predictive: { enabled: false } }, "environment");
  router = await startRouter(only, { environment: process.env, logTo: { write: () => {} } });
});
afterAll(() => router?.drain());

const ask = (path: string, body: object) =>
  fetch(router.url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${key.key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });

const chat = async (backend: string, body: object) => {
  const messages = [{ role: "user", content: "Answer with the one word: blue" }];
  const response = await ask("/v1/chat/completions", { model: backend, messages, max_tokens: 2_000, ...body });
  expect(response.status, await response.clone().text()).toBe(200);
  expect(response.headers.get("x-router-backend")).toBe(backend);
  return response;
};

describe.each(backends)("%s, the real one", (backend) => {
  test("answers whole, with its usage", async () => {
    const answer = (await (await chat(backend, {})).json()) as {
      choices: { message: { content: string }; finish_reason: string }[];
      usage: { prompt_tokens: number; completion_tokens: number };
    };
    expect(answer.choices[0]?.message.content.length).toBeGreaterThan(0);
    expect(answer.choices[0]?.finish_reason).toMatch(/stop|length/);
    expect(answer.usage.prompt_tokens).toBeGreaterThan(0);
    expect(answer.usage.completion_tokens).toBeGreaterThan(0);
  });

  test("answers as a stream that ends well", async () => {
    const stream = await (await chat(backend, { stream: true })).text();
    expect(textOf(stream).length).toBeGreaterThan(0);
    expect(stream.trimEnd().endsWith("data: [DONE]")).toBe(true);
  });

  test("answers a client of the Anthropic wire", async () => {
    const messages = [{ role: "user", content: "Answer with the one word: blue" }];
    const response = await ask("/v1/messages", { model: backend, messages, max_tokens: 2_000 });
    expect(response.status, await response.clone().text()).toBe(200);
    expect(await response.json()).toMatchObject({ type: "message", role: "assistant" });
  });

  test.skipIf(backend === "local")("calls a tool", async () => {
    const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
    const answer = (await (
      await chat(backend, {
        messages: [{ role: "user", content: "What is the weather in Berlin? Use the tool." }],
        tools: [{ type: "function", function: { name: "weather", description: "The weather of a city.", parameters } }],
        tool_choice: "required",
      })
    ).json()) as { choices: { message: { tool_calls: { function: { name: string; arguments: string } }[] } }[] };
    const call = answer.choices[0]?.message.tool_calls[0]?.function;
    expect(call?.name).toBe("weather");
    expect(JSON.parse(call?.arguments ?? "")).toMatchObject({ city: expect.stringMatching(/berlin/i) });
  });

  test.skipIf(backend === "local")("keeps to a schema", async () => {
    const schema = {
      type: "object",
      properties: { colour: { type: "string" } },
      required: ["colour"],
      additionalProperties: false,
    };
    const answer = (await (
      await chat(backend, {
        response_format: { type: "json_schema", json_schema: { name: "colour", schema, strict: true } },
      })
    ).json()) as { choices: { message: { content: string } }[] };
    expect(JSON.parse(answer.choices[0]?.message.content ?? "")).toMatchObject({ colour: expect.any(String) });
  });
});
