import { describe, expect, test } from "vitest";
import type { ChatRequest, Reasoning } from "../../../runtime/router/chat/index.ts";
import { call, contentsOf, rendered, says, userSays } from "./gemini-fixtures.ts";

const configOf = (request: Partial<ChatRequest>, model?: string) => rendered(request, model).generationConfig;

describe("tools", () => {
  const parameters = { type: "object", properties: { city: { type: "string" } }, additionalProperties: false };
  const tool = { name: "weather", description: "Tells it.", parameters };

  test("are declared with their JSON Schema as it is", () => {
    expect(rendered({ tools: [tool, { name: "now" }] })).toMatchObject({
      tools: [
        {
          functionDeclarations: [
            { name: "weather", description: "Tells it.", parametersJsonSchema: parameters },
            { name: "now" },
          ],
        },
      ],
    });
    expect(rendered({ tools: [tool] })).not.toHaveProperty("toolConfig");
  });

  test.each([
    [undefined, true, { mode: "VALIDATED" }],
    [{ type: "auto" }, false, { mode: "AUTO" }],
    [{ type: "auto" }, true, { mode: "VALIDATED" }],
    [{ type: "none" }, true, { mode: "NONE" }],
    [{ type: "required" }, false, { mode: "ANY" }],
    [{ type: "tool", name: "weather" }, true, { mode: "ANY", allowedFunctionNames: ["weather"] }],
  ] as const)("choice %j, strict %j", (toolChoice, strict, functionCallingConfig) => {
    const request = { tools: [{ ...tool, strict }], ...(toolChoice ? { toolChoice } : {}) };
    expect(rendered(request).toolConfig).toEqual({ functionCallingConfig });
  });

  test.each(["", "  ", "{}"])("a call with the arguments %j has none", (json) => {
    const [, turn] = contentsOf([userSays("q"), says(call("1", { arguments: json }))]);
    expect(turn?.parts?.[0]?.functionCall?.args).toEqual({});
  });
});

describe("settings", () => {
  test("have Gemini's names", () => {
    const request = {
      temperature: 0,
      topP: 0.5,
      topK: 3,
      seed: 7,
      stop: ["a", "b"],
      frequencyPenalty: 0.5,
      presencePenalty: -1,
    };
    expect(configOf(request, "gemini-3.1-pro-preview")).toEqual({
      temperature: 0,
      topP: 0.5,
      topK: 3,
      seed: 7,
      stopSequences: ["a", "b"],
      frequencyPenalty: 0.5,
      presencePenalty: -1,
    });
  });

  test("the router's limit is sent where the client gave none", () => {
    expect(rendered({}, "gemini-3.8-flash", 9).generationConfig.maxOutputTokens).toBe(9);
    expect(rendered({ maxOutputTokens: 5 }, "gemini-3.8-flash", 9).generationConfig.maxOutputTokens).toBe(5);
  });

  test("several answers are asked for where the model gives them", () => {
    expect(configOf({ choices: 3 }, "gemini-2.5-flash-lite")).toEqual({ candidateCount: 3 });
    expect(configOf({ choices: 1 })).toEqual({});
  });

  test("a form is JSON, and its schema is sent as it is", () => {
    const schema = { type: "object", properties: {} };
    expect(configOf({ format: { type: "json" } })).toEqual({ responseMimeType: "application/json" });
    expect(configOf({ format: { type: "json_schema", schema, name: "x", description: "A thing." } })).toEqual({
      responseMimeType: "application/json",
      responseJsonSchema: { ...schema, description: "A thing." },
    });
    const reference = { $ref: "#/$defs/a", $defs: { a: schema } };
    expect(configOf({ format: { type: "json_schema", schema: reference, description: "A thing." } })).toMatchObject({
      responseJsonSchema: reference,
    });
  });
});

describe("reasoning", () => {
  test.each<[Reasoning, string, object]>([
    [{ effort: "low" }, "gemini-3.8-flash", { thinkingLevel: "LOW", includeThoughts: true }],
    [{ effort: "minimal" }, "gemini-3.8-flash", { thinkingLevel: "LOW", includeThoughts: true }],
    [{ effort: "minimal" }, "gemini-3.5-flash-lite", { thinkingLevel: "MINIMAL", includeThoughts: true }],
    [{ effort: "max" }, "gemini-4-argon", { thinkingLevel: "HIGH", includeThoughts: true }],
    [{ enabled: true, budgetTokens: 1_024 }, "gemini-3.8-flash", { thinkingLevel: "LOW", includeThoughts: true }],
    [{ enabled: true, budgetTokens: 8_000 }, "gemini-3.8-flash", { thinkingLevel: "MEDIUM", includeThoughts: true }],
    [{ enabled: true, budgetTokens: 32_000 }, "gemini-3.8-flash", { thinkingLevel: "HIGH", includeThoughts: true }],
    [{ enabled: true }, "gemini-3.8-flash", { includeThoughts: true }],
    [{ enabled: false }, "gemini-3.8-flash", { thinkingLevel: "LOW" }],
    [{ enabled: false }, "gemini-3.1-flash-lite", { thinkingLevel: "MINIMAL" }],
    [{ effort: "medium" }, "gemini-2.5-pro", { thinkingBudget: 8_192, includeThoughts: true }],
    [{ budgetTokens: 90_000 }, "gemini-2.5-pro", { thinkingBudget: 32_768, includeThoughts: true }],
    [{ budgetTokens: 1 }, "gemini-2.5-flash-lite", { thinkingBudget: 512, includeThoughts: true }],
    [{ enabled: false }, "gemini-2.5-flash", { thinkingBudget: 0 }],
    [{ enabled: false }, "gemini-2.5-pro", { thinkingBudget: 128 }],
  ])("%j is what %s understands", (reasoning, model, thinkingConfig) => {
    expect(configOf({ reasoning }, model)).toEqual({ thinkingConfig });
  });

  test("that nobody asked for is left to the model", () => {
    expect(configOf({})).toEqual({});
  });
});
