import { describe, expect, test } from "vitest";
import type { ChatRequest, Message } from "../../../runtime/router/chat/index.ts";
import { render } from "../../../runtime/router/providers/gemini/render.ts";
import type { ChatQuestion } from "../../../runtime/router/providers/provider.ts";
import { asked, userSays } from "./gemini-fixtures.ts";

const tools = [{ name: "weather" }];
const url = (address: string) => ({ type: "image", source: { kind: "url", url: address } }) as const;
const png = { type: "image", source: { kind: "base64", mediaType: "image/png", data: "AA==" } } as const;
const call = (json: string): Message => ({
  role: "assistant",
  parts: [{ type: "tool_call", id: "1", name: "weather", arguments: json }],
});

function refused(
  request: Partial<ChatRequest>,
  model = "gemini-3.8-flash",
  wire: ChatQuestion["wire"] = "openai",
  prefill = false,
): readonly string[] {
  const { unsupported } = render({ question: asked(request, wire), model, prefill });
  for (const { reason } of unsupported) expect(reason).toMatch(/^gemini /);
  return unsupported.map(({ param }) => param);
}

describe("what Gemini can't do is refused by the name that the client knows", () => {
  test.each<[Partial<ChatRequest>, string]>([
    [{ choices: 2 }, "n"],
    [{ logprobs: 0 }, "logprobs"],
    [{ stop: ["1", "2", "3", "4", "5", "6"] }, "stop"],
    [{ frequencyPenalty: 0.1 }, "frequency_penalty"],
    [{ presencePenalty: -0.1 }, "presence_penalty"],
    [{ foreign: { logit_bias: { 5: 1 } } }, "logit_bias"],
    [{ messages: [{ role: "user", name: "ann", parts: [{ type: "text", text: "hi" }] }] }, "messages[0]"],
    [
      { messages: [userSays("a"), { role: "user", parts: [png, url("file:///etc/passwd")] }] },
      "messages[1].content[1]",
    ],
    [{ messages: [{ role: "user", parts: [url("no address")] }] }, "messages[0].content[0]"],
    [{ messages: [userSays("q"), call("{"), { role: "tool", callId: "1", parts: [] }] }, "messages[1]"],
    [{ messages: [userSays("q"), call("[1]"), { role: "tool", callId: "1", parts: [] }] }, "messages[1]"],
    [{ messages: [userSays("q"), { role: "tool", callId: "lost", parts: [] }] }, "messages[1]"],
    [
      { messages: [userSays("q"), call("{}"), { role: "tool", callId: "1", parts: [url("https://host/a.png")] }] },
      "messages[2].content[0]",
    ],
    [{ messages: [userSays("q"), { role: "assistant", parts: [{ type: "text", text: "Once" }] }] }, "messages[1]"],
  ])("%j", (request, param) => {
    expect(refused(request)).toEqual([param]);
  });

  test("in the Anthropic wire's words, whose messages hold several of ours", () => {
    const request = { stop: ["1", "2", "3", "4", "5", "6"] };
    expect(refused(request, undefined, "anthropic")).toEqual(["stop_sequences"]);
    expect(refused({ messages: [{ role: "user", parts: [url("x:y")] }] }, undefined, "anthropic")).toEqual([
      "messages",
    ]);
  });

  test("all of it at once", () => {
    expect(refused({ choices: 2, logprobs: 1, foreign: { a: 1, b: 2 } })).toEqual(["n", "logprobs", "a", "b"]);
  });
});

describe("what only some models can do", () => {
  test("several answers, up to a limit", () => {
    expect(refused({ choices: 8 }, "gemini-2.5-flash-lite")).toEqual([]);
    expect(refused({ choices: 9 }, "gemini-2.5-flash-lite")).toEqual(["n"]);
  });

  test("a format beside tools", () => {
    const request: Partial<ChatRequest> = { format: { type: "json" }, tools };
    expect(refused(request)).toEqual([]);
    expect(refused(request, "gemini-2.5-flash-lite")).toEqual(["response_format"]);
    expect(refused(request, "gemini-2.5-flash-lite", "anthropic")).toEqual(["output_config.format"]);
  });

  test("an image in a tool's result", () => {
    const messages: Message[] = [userSays("q"), call("{}"), { role: "tool", callId: "1", parts: [png] }];
    expect(refused({ messages })).toEqual([]);
    expect(refused({ messages }, "gemini-2.5-flash-lite")).toEqual(["messages[2].content[0]"]);
  });

  test("going on with the assistant's message", () => {
    const messages: Message[] = [userSays("q"), { role: "assistant", parts: [{ type: "text", text: "Once" }] }];
    expect(refused({ messages }, "gemini-3.1-pro-preview", "openai", true)).toEqual([]);
  });
});

test.each<Partial<ChatRequest>>([
  { user: "ann" },
  { frequencyPenalty: 0, presencePenalty: 0, choices: 1, temperature: 2 },
  { parallelToolCalls: false, tools },
  { parallelToolCalls: true, tools },
  { messages: [{ role: "user", parts: [{ type: "text", text: "hi", cache: { type: "ephemeral" } }] }] },
])("%j is not refused: it changes no answer", (request) => {
  expect(refused(request)).toEqual([]);
});
