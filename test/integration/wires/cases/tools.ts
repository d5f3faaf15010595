import type { RequestCase } from "./request.ts";

const question = "What is the weather in Graz and Linz?";
const description = "The weather of a city.";
const parameters = {
  type: "object" as const,
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};

export const tools = {
  openai: [{ type: "function" as const, function: { name: "weather", description, parameters } }],
  anthropic: [{ name: "weather", description, input_schema: parameters }],
  gemini: [{ functionDeclarations: [{ name: "weather", description, parametersJsonSchema: parameters }] }],
};

const plain = {
  openai: { messages: [{ role: "user" as const, content: question }], tools: tools.openai },
  anthropic: {
    messages: [{ role: "user" as const, content: [{ type: "text" as const, text: question }] }],
    tools: tools.anthropic,
  },
  gemini: { contents: [{ role: "user", parts: [{ text: question }] }], tools: tools.gemini },
};

/** Local leaves the choice to its model. */
const withChoice = ["gemini", "claude", "openai"] as const;
const calling = (config: object) => ({ toolConfig: { functionCallingConfig: config } });

/** Stands where Gemini's own signature is not known. */
const unsigned = "skip_thought_signature_validator";

const toolsOfChoice: readonly RequestCase[] = [
  { name: "a tool", ...plain },
  {
    name: "a tool that may be called",
    openai: { ...plain.openai, tool_choice: "auto" },
    anthropic: { ...plain.anthropic, tool_choice: { type: "auto" } },
    gemini: { ...plain.gemini, ...calling({ mode: "AUTO" }) },
  },
  {
    name: "a tool that must not be called",
    openai: { ...plain.openai, tool_choice: "none" },
    anthropic: { ...plain.anthropic, tool_choice: { type: "none" } },
    gemini: { ...plain.gemini, ...calling({ mode: "NONE" }) },
    // It heeds no choice, but without tools there is none.
    instead: { local: { tools: undefined } },
  },
  {
    name: "a tool of which one must be called",
    openai: { ...plain.openai, tool_choice: "required" },
    anthropic: { ...plain.anthropic, tool_choice: { type: "any" } },
    gemini: { ...plain.gemini, ...calling({ mode: "ANY" }) },
    backends: withChoice,
  },
  {
    name: "a tool that must be called",
    openai: { ...plain.openai, tool_choice: { type: "function", function: { name: "weather" } } },
    anthropic: { ...plain.anthropic, tool_choice: { type: "tool", name: "weather" } },
    gemini: { ...plain.gemini, ...calling({ mode: "ANY", allowedFunctionNames: ["weather"] }) },
    backends: withChoice,
  },
  {
    name: "a tool that is called once at most",
    openai: { ...plain.openai, tool_choice: "auto", parallel_tool_calls: false },
    anthropic: { ...plain.anthropic, tool_choice: { type: "auto", disable_parallel_tool_use: true } },
    gemini: { ...plain.gemini, ...calling({ mode: "AUTO" }) },
    backends: withChoice,
  },
  {
    name: "a tool whose schema is binding",
    openai: {
      ...plain.openai,
      tools: [{ type: "function", function: { name: "weather", description, parameters, strict: true } }],
    },
    anthropic: {
      ...plain.anthropic,
      tools: [{ name: "weather", description, input_schema: parameters, strict: true }],
    },
    gemini: { ...plain.gemini, ...calling({ mode: "VALIDATED" }) },
  },
];

const image = "iVBORw0KGgo=";

const results: readonly RequestCase[] = [
  {
    name: "the results of two calls",
    openai: {
      tools: tools.openai,
      messages: [
        { role: "user", content: question },
        {
          role: "assistant",
          content: "I look.",
          tool_calls: [
            { id: "call_1", type: "function", function: { name: "weather", arguments: '{"city":"Graz"}' } },
            { id: "call_2", type: "function", function: { name: "weather", arguments: '{"city":"Linz"}' } },
          ],
        },
        { role: "tool", tool_call_id: "call_1", content: "sunny" },
        { role: "tool", tool_call_id: "call_2", content: '{"sky":"grey"}' },
        { role: "user", content: "Answer in one word." },
      ],
    },
    anthropic: {
      tools: tools.anthropic,
      messages: [
        { role: "user", content: [{ type: "text", text: question }] },
        {
          role: "assistant",
          content: [
            { type: "text", text: "I look." },
            { type: "tool_use", id: "call_1", name: "weather", input: { city: "Graz" } },
            { type: "tool_use", id: "call_2", name: "weather", input: { city: "Linz" } },
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "call_1", content: [{ type: "text", text: "sunny" }] },
            { type: "tool_result", tool_use_id: "call_2", content: [{ type: "text", text: '{"sky":"grey"}' }] },
            { type: "text", text: "Answer in one word." },
          ],
        },
      ],
    },
    gemini: {
      tools: tools.gemini,
      contents: [
        { role: "user", parts: [{ text: question }] },
        {
          role: "model",
          parts: [
            { text: "I look." },
            {
              functionCall: { id: "call_1", name: "weather", args: { city: "Graz" } },
              thoughtSignature: unsigned,
            },
            { functionCall: { id: "call_2", name: "weather", args: { city: "Linz" } } },
          ],
        },
        {
          role: "user",
          parts: [
            { functionResponse: { id: "call_1", name: "weather", response: { output: "sunny" } } },
            { functionResponse: { id: "call_2", name: "weather", response: { sky: "grey" } } },
            { text: "Answer in one word." },
          ],
        },
      ],
    },
  },
  {
    name: "a tool that failed",
    anthropic: {
      tools: tools.anthropic,
      messages: [
        { role: "user", content: [{ type: "text", text: question }] },
        { role: "assistant", content: [{ type: "tool_use", id: "call_1", name: "weather", input: {} }] },
        {
          role: "user",
          content: [
            {
              type: "tool_result",
              tool_use_id: "call_1",
              content: [{ type: "text", text: "no such city" }],
              is_error: true,
            },
          ],
        },
      ],
    },
    gemini: {
      tools: tools.gemini,
      contents: [
        { role: "user", parts: [{ text: question }] },
        {
          role: "model",
          parts: [{ functionCall: { id: "call_1", name: "weather", args: {} }, thoughtSignature: unsigned }],
        },
        {
          role: "user",
          parts: [{ functionResponse: { id: "call_1", name: "weather", response: { error: "no such city" } } }],
        },
      ],
    },
    instead: Object.fromEntries(
      (["openai", "local"] as const).map((backend) => [
        backend,
        {
          tools: tools.openai,
          messages: [
            { role: "user", content: question },
            {
              role: "assistant",
              content: null,
              tool_calls: [{ id: "call_1", type: "function", function: { name: "weather", arguments: "{}" } }],
            },
            { role: "tool", tool_call_id: "call_1", content: "Error:\n\nno such city" },
          ],
        },
      ]),
    ),
  },
  {
    name: "a tool that answers with an image",
    anthropic: {
      tools: tools.anthropic,
      messages: [
        { role: "user", content: [{ type: "text", text: question }] },
        { role: "assistant", content: [{ type: "tool_use", id: "call_1", name: "weather", input: {} }] },
        {
          role: "user",
          content: [
            {
              type: "tool_result",
              tool_use_id: "call_1",
              content: [{ type: "image", source: { type: "base64", media_type: "image/png", data: image } }],
            },
          ],
        },
      ],
    },
    gemini: {
      tools: tools.gemini,
      contents: [
        { role: "user", parts: [{ text: question }] },
        {
          role: "model",
          parts: [{ functionCall: { id: "call_1", name: "weather", args: {} }, thoughtSignature: unsigned }],
        },
        {
          role: "user",
          parts: [
            {
              functionResponse: {
                id: "call_1",
                name: "weather",
                response: { output: "" },
                parts: [{ inlineData: { mimeType: "image/png", data: image } }],
              },
            },
          ],
        },
      ],
    },
    backends: ["gemini", "claude"],
  },
];

export const toolCases: readonly RequestCase[] = [...toolsOfChoice, ...results];
