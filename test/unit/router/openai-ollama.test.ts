import { describe, expect, test } from "vitest";
import type { ChatRequest } from "../../../runtime/router/chat/index.ts";
import { createOllama } from "../../../runtime/router/providers/ollama.ts";
import type { ChatQuestion } from "../../../runtime/router/providers/provider.ts";
import { chunk, done, opening } from "./openai-support.ts";
import { anthropicQuestion, callOf, config, openAiQuestion, upstream } from "./openai-upstream.ts";

const answer = Buffer.concat([opening, chunk({ content: "a" }), chunk({}, "stop"), done]);
const tool = { type: "function", function: { name: "f" } };

/** What Ollama is asked. */
async function asked(question: ChatQuestion): Promise<Record<string, unknown>> {
  const { url, received } = await upstream("text/event-stream", answer);
  for await (const _batch of await createOllama(config(url), 1_000).stream(callOf(question)));
  expect(received[0]?.path).toBe("/v1/chat/completions");
  return received[0]?.body ?? {};
}

const lacking = (question: ChatQuestion) =>
  createOllama(config(), 1_000)
    .unsupported(question, "llama3")
    .map(({ param }) => param);

describe("what Ollama would pass over without a word is named", () => {
  const picture = (url: unknown) => [{ role: "user", content: [{ type: "image_url", image_url: url }] }];
  test.each([
    [{ n: 2 }, ["n"]],
    [{ n: 1 }, []],
    [{ tools: [tool], tool_choice: "required" }, ["tool_choice"]],
    [{ tools: [tool], tool_choice: { type: "function", function: { name: "f" } } }, ["tool_choice"]],
    [{ tools: [tool], tool_choice: "auto" }, []],
    [{ tools: [tool], tool_choice: "none" }, []],
    [{ tools: [tool], parallel_tool_calls: false }, ["parallel_tool_calls"]],
    [{ tools: [], parallel_tool_calls: false }, []],
    [{ tools: [tool], parallel_tool_calls: true }, []],
    [{ tools: [tool, { type: "custom", custom: {} }] }, ["tools[1]"]],
    [{ functions: [{ name: "f" }] }, ["functions"]],
    [{ logit_bias: { 5: 1 } }, ["logit_bias"]],
    [{ logit_bias: {} }, []],
    [{ modalities: ["text", "audio"] }, ["modalities"]],
    [{ modalities: ["text"], verbosity: null }, []],
    [{ verbosity: "low", web_search_options: {}, moderation: {} }, ["verbosity", "web_search_options", "moderation"]],
    [{ messages: picture({ url: "https://host/a.png" }) }, ["messages[0].content[0]"]],
    [{ messages: picture("http://host/a.png") }, ["messages[0].content[0]"]],
    [{ messages: picture({ url: "data:image/png;base64,AA" }) }, []],
    [{ messages: [{ role: "user", content: [{ type: "file", file: {} }] }] }, ["messages[0].content[0]"]],
    [{ logprobs: true, seed: 1, stop: "x", response_format: { type: "json_object" }, reasoning_effort: "low" }, []],
    [{ user: "u", store: true, service_tier: "auto", metadata: {}, of_another_version: 1 }, []],
  ])("%j: %j", (body, names) => {
    expect(lacking(openAiQuestion(body))).toEqual(names);
  });

  const image = { type: "image", source: { kind: "url", url: "https://host/a.png" } } as const;
  const data = { kind: "base64", mediaType: "image/png", data: "AA" } as const;
  test.each<[Partial<ChatRequest>, string[]]>([
    [{ topK: 5, foreign: { container: "c" } }, ["container", "top_k"]],
    [{ toolChoice: { type: "tool", name: "f" } }, ["tool_choice"]],
    [{ toolChoice: { type: "none" } }, []],
    [{ tools: [{ name: "f" }], parallelToolCalls: false }, ["tool_choice.disable_parallel_tool_use"]],
    [{ messages: [{ role: "user", parts: [image] }] }, ["messages"]],
    [{ messages: [{ role: "user", parts: [{ type: "image", source: data }] }] }, []],
    [{ messages: [{ role: "user", parts: [{ type: "file", source: data }] }] }, ["messages"]],
    [{ messages: [{ role: "tool", callId: "c", parts: [{ type: "image", source: data }] }] }, ["messages"]],
  ])("of the Anthropic wire, %j: %j", (request, names) => {
    expect(lacking(anthropicQuestion(request))).toEqual(names);
  });
});

describe("Ollama is asked", () => {
  test("with texts in one piece, so that it does not forget whose result they are", async () => {
    const parts = [
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ];
    const picture = { role: "user", content: [...parts, { type: "image_url", image_url: { url: "data:" } }] };
    const { messages } = await asked(
      openAiQuestion({ messages: [{ role: "tool", tool_call_id: "c", content: parts }, picture] }),
    );
    expect(messages).toEqual([{ role: "tool", tool_call_id: "c", content: "a\n\nb" }, picture]);
  });

  test("with a developer's message as the system's, which every template knows", async () => {
    const developer = { role: "developer", content: [{ type: "text", text: "Be short." }] };
    const hello = { role: "user", content: "Hi" };
    const { messages } = await asked(openAiQuestion({ messages: [developer, hello] }));
    expect(messages).toEqual([{ role: "system", content: "Be short." }, hello]);
  });

  test.each([
    ["minimal", "low"],
    ["medium", "medium"],
    ["max", "high"],
    ["none", "none"],
  ])("to think as its levels allow, where a client of its wire says %s: %s", async (effort, level) => {
    expect((await asked(openAiQuestion({ reasoning_effort: effort }))).reasoning_effort).toBe(level);
  });

  test("without tools where none may be called", async () => {
    expect(await asked(openAiQuestion({ tools: [tool], tool_choice: "none" }))).not.toHaveProperty("tools");
    expect(await asked(anthropicQuestion({ tools: [{ name: "f" }], toolChoice: { type: "none" } }))).not.toHaveProperty(
      "tools",
    );
    expect(await asked(openAiQuestion({ tools: [tool] }))).toMatchObject({ tools: [tool] });
  });

  test.each([
    [{ enabled: false }, "none"],
    [{ effort: "minimal" }, "low"],
    [{ effort: "max" }, "high"],
    [{ enabled: true, budgetTokens: 8_000 }, "medium"],
    [{ enabled: true }, undefined],
  ] as const)("to think as %j says: %s", async (reasoning, effort) => {
    expect((await asked(anthropicQuestion({ reasoning }))).reasoning_effort).toBe(effort);
  });

  test("for a limit by its own name", async () => {
    expect(await asked(openAiQuestion({ max_completion_tokens: 7 }))).toMatchObject({ max_tokens: 7 });
  });
});
