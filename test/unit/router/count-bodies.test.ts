import { expect, onTestFinished, test } from "vitest";
import type { BackendConfig } from "../../../runtime/config/index.ts";
import { type Rehearsal, startRehearsal } from "../../../runtime/rehearsal/index.ts";
import { createClaude } from "../../../runtime/router/providers/claude/index.ts";
import { createGemini } from "../../../runtime/router/providers/gemini/index.ts";
import type { CountCall } from "../../../runtime/router/providers/provider.ts";
import { anthropicQuestion, openAiQuestion } from "./claude-support.ts";

const key = { read: () => "k", remedy: "" };
const create = { claude: createClaude, gemini: createGemini };

async function counting(name: keyof typeof create, question: CountCall["question"], behaviour: object = {}) {
  const rehearsal: Rehearsal = await startRehearsal({ script: { rules: [{ kind: "count", behaviour }] } });
  const provider = create[name]({ baseUrl: rehearsal.url } as BackendConfig, key, 1_000);
  onTestFinished(async () => {
    await provider.close();
    await rehearsal.close();
  });
  const call: CountCall = { model: "m-1", question, trace: {}, signal: new AbortController().signal };
  const asked = provider.countTokens?.(call);
  return { asked: asked ?? Promise.reject(new Error("does not count")), rehearsal };
}

const tool = { name: "find", description: "finds", input_schema: { type: "object", properties: {} } };
const question = () =>
  anthropicQuestion(
    { system: "be short", tools: [tool], future: 1 },
    { "anthropic-version": "2023-06-01", "anthropic-beta": "b-1" },
  );

test("Claude is asked with the client's own body and headers, for the provider's model", async () => {
  const { asked, rehearsal } = await counting("claude", question(), { usage: { prompt_tokens: 77 } });
  expect(await asked).toBe(77);
  expect(rehearsal.requests).toMatchObject([
    {
      path: "/v1/messages/count_tokens",
      headers: { "anthropic-beta": "b-1", "x-api-key": "present" },
      body: { model: "m-1", system: "be short", tools: [tool], future: 1 },
    },
  ]);
  expect(rehearsal.requests[0]?.body).not.toHaveProperty("stream");
  expect(rehearsal.requests[0]?.body).not.toHaveProperty("max_tokens");
});

test("Claude is asked by a question of another wire for its prompt alone", async () => {
  const messages = [{ role: "user" as const, parts: [{ type: "text" as const, text: "hi" }] }];
  const { asked, rehearsal } = await counting(
    "claude",
    openAiQuestion({ messages, maxOutputTokens: 5, stop: ["x"], user: "u" }),
  );
  expect(await asked).toBe(1);
  expect(rehearsal.requests[0]?.body).toEqual({
    model: "m-1",
    messages: [{ role: "user", content: expect.anything() }],
  });
});

test("Gemini is asked with the whole request: contents alone would leave out system and tools", async () => {
  const { asked, rehearsal } = await counting("gemini", question(), { usage: { prompt_tokens: 88 } });
  expect(await asked).toBe(88);
  expect(rehearsal.requests).toMatchObject([
    {
      path: "/v1beta/models/m-1:countTokens",
      body: {
        generateContentRequest: {
          model: "models/m-1",
          systemInstruction: { parts: [{ text: "be short" }] },
          contents: [{ role: "user", parts: [{ text: "hi" }] }],
          tools: [{ functionDeclarations: [{ name: "find" }] }],
        },
      },
    },
  ]);
});

test.each(["claude", "gemini"] as const)("an answer of %s without a count is a failure, not a number", async (name) => {
  for (const body of ["{}", "[]", '{"input_tokens":"7","totalTokens":-1}', "nothing"]) {
    const fault = { type: "status", status: 200, body };
    const { asked } = await counting(name, question(), { fault });
    await expect(asked).rejects.toMatchObject({
      name: "UpstreamFailure",
      message: "its answer holds no count of tokens",
    });
  }
});
