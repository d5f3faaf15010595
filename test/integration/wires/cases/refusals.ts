import type { AskedOf } from "../clients.ts";
import type { Backend } from "../house.ts";
import { tools } from "./tools.ts";

/** What a client asks and a backend can't do: the field by which the client must be told. */
export interface RefusalCase<Wire extends keyof AskedOf> {
  readonly backend: Backend;
  /** The model, where it is not the backend's default. */
  readonly model?: string;
  readonly field: string;
  readonly asked: Partial<AskedOf[Wire]> & Readonly<Record<string, unknown>>;
}

const schema = { type: "object", properties: {}, required: [], additionalProperties: false };
const audio = { type: "input_audio" as const, input_audio: { data: "UklGRg==", format: "wav" as const } };
const pdf = "JVBERi0=";
const file = { type: "file" as const, file: { filename: "a.pdf", file_data: `data:application/pdf;base64,${pdf}` } };
const picture = (url: string) => ({ type: "image_url" as const, image_url: { url } });
const custom = { type: "custom" as const, custom: { name: "anything" } };
const search = { type: "web_search_20250305" as const, name: "web_search" as const };
const document = {
  type: "document" as const,
  source: { type: "base64" as const, media_type: "application/pdf" as const, data: pdf },
};
const heic = "data:image/heic;base64,AAAA";

/** A tool's result that is an image. */
const pictured: AskedOf["anthropic"]["messages"] = [
  { role: "user", content: "Hi" },
  { role: "assistant", content: [{ type: "tool_use", id: "call_1", name: "weather", input: {} }] },
  {
    role: "user",
    content: [
      {
        type: "tool_result",
        tool_use_id: "call_1",
        content: [{ type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } }],
      },
    ],
  },
];

/** Of the OpenAI wire. What its own kind of backend can't do is in the table as well. */
export const openAiRefusals: readonly RefusalCase<"openai">[] = [
  { backend: "claude", field: "n", asked: { n: 2 } },
  { backend: "claude", field: "seed", asked: { seed: 7 } },
  { backend: "claude", field: "logprobs", asked: { logprobs: true } },
  { backend: "claude", field: "frequency_penalty", asked: { frequency_penalty: 1 } },
  { backend: "claude", field: "presence_penalty", asked: { presence_penalty: 1 } },
  { backend: "claude", field: "temperature", asked: { temperature: 1.5 } },
  { backend: "claude", field: "top_p", asked: { temperature: 0.5, top_p: 0.5 } },
  { backend: "claude", field: "response_format", asked: { response_format: { type: "json_object" } } },
  { backend: "claude", field: "logit_bias", asked: { logit_bias: { "50256": -100 } } },
  { backend: "claude", field: "modalities", asked: { modalities: ["text", "audio"] } },
  { backend: "claude", field: "verbosity", asked: { verbosity: "low" } },
  { backend: "claude", field: "web_search_options", asked: { web_search_options: {} } },
  { backend: "claude", field: "future_option", asked: { future_option: 1 } },
  { backend: "claude", field: "functions", asked: { functions: [{ name: "weather" }] } },
  { backend: "claude", field: "tools[0]", asked: { tools: [custom] } },
  { backend: "claude", field: "messages[0].name", asked: { messages: [{ role: "user", name: "Eva", content: "Hi" }] } },
  { backend: "claude", field: "messages[0].content[0]", asked: { messages: [{ role: "user", content: [audio] }] } },
  {
    backend: "claude",
    field: "messages[0].content[0]",
    asked: { messages: [{ role: "user", content: [picture(heic)] }] },
  },
  {
    backend: "claude",
    field: "messages",
    asked: {
      messages: [
        { role: "user", content: "Hi" },
        { role: "assistant", content: "The" },
      ],
    },
  },
  { backend: "claude", model: "claude-opus-5-5", field: "temperature", asked: { temperature: 0.5 } },
  { backend: "claude", model: "claude-opus-5-5", field: "reasoning_effort", asked: { reasoning_effort: "none" } },
  {
    backend: "claude",
    model: "claude-opus-5-5",
    field: "tool_choice",
    asked: { tools: tools.openai, tool_choice: "required" },
  },
  { backend: "gemini", field: "n", asked: { n: 2 } },
  { backend: "gemini", model: "gemini-2.5-flash", field: "n", asked: { n: 9 } },
  { backend: "gemini", field: "logprobs", asked: { logprobs: true, top_logprobs: 2 } },
  { backend: "gemini", field: "frequency_penalty", asked: { frequency_penalty: 1 } },
  { backend: "gemini", field: "presence_penalty", asked: { presence_penalty: 1 } },
  { backend: "gemini", field: "stop", asked: { stop: ["1", "2", "3", "4", "5", "6"] } },
  { backend: "gemini", field: "logit_bias", asked: { logit_bias: { "50256": -100 } } },
  { backend: "gemini", field: "future_option", asked: { future_option: 1 } },
  { backend: "gemini", field: "functions", asked: { functions: [{ name: "weather" }] } },
  { backend: "gemini", field: "tools[0]", asked: { tools: [custom] } },
  { backend: "gemini", field: "messages[0].content[0]", asked: { messages: [{ role: "user", content: [audio] }] } },
  {
    backend: "gemini",
    model: "gemini-2.5-flash",
    field: "response_format",
    asked: { tools: tools.openai, response_format: { type: "json_schema", json_schema: { name: "a", schema } } },
  },
  { backend: "local", field: "n", asked: { n: 2 } },
  { backend: "local", field: "tool_choice", asked: { tools: tools.openai, tool_choice: "required" } },
  { backend: "local", field: "parallel_tool_calls", asked: { tools: tools.openai, parallel_tool_calls: false } },
  { backend: "local", field: "logit_bias", asked: { logit_bias: { "50256": -100 } } },
  { backend: "local", field: "web_search_options", asked: { web_search_options: {} } },
  { backend: "local", field: "functions", asked: { functions: [{ name: "weather" }] } },
  { backend: "local", field: "tools[0]", asked: { tools: [custom] } },
  { backend: "local", field: "messages[0].content[0]", asked: { messages: [{ role: "user", content: [file] }] } },
  {
    backend: "local",
    field: "messages[0].content[0]",
    asked: { messages: [{ role: "user", content: [picture("https://example.com/a.png")] }] },
  },
];

/** Of Anthropic's. */
export const anthropicRefusals: readonly RefusalCase<"anthropic">[] = [
  ...(["openai", "local"] as const).map(
    (backend): RefusalCase<"anthropic"> => ({ backend, field: "messages", asked: { messages: pictured } }),
  ),
  { backend: "gemini", model: "gemini-2.5-flash", field: "messages", asked: { messages: pictured } },
  ...(["openai", "local", "gemini"] as const).flatMap((backend): RefusalCase<"anthropic">[] => [
    { backend, field: "tools[0]", asked: { tools: [search] } },
    { backend, field: "container", asked: { container: "container_1" } },
    { backend, field: "future_option", asked: { future_option: 1 } },
    { backend, field: "mcp_servers", asked: { mcp_servers: [{ type: "url", url: "https://example.com", name: "a" }] } },
    { backend, field: "context_management", asked: { context_management: { edits: [] } } },
    {
      backend,
      field: "messages[0].content[0].citations",
      asked: { messages: [{ role: "user", content: [{ ...document, citations: { enabled: true } }] }] },
    },
    {
      backend,
      field: "messages[0].content[0]",
      asked: {
        messages: [{ role: "user", content: [{ type: "search_result", source: "a", title: "b", content: [] }] }],
      },
    },
  ]),
  { backend: "openai", field: "top_k", asked: { top_k: 5 } },
  { backend: "openai", field: "stop_sequences", asked: { stop_sequences: ["1", "2", "3", "4", "5"] } },
  { backend: "openai", model: "gpt-5", field: "thinking", asked: { thinking: { type: "disabled" } } },
  {
    backend: "openai",
    field: "messages",
    asked: {
      messages: [
        { role: "user", content: "Hi" },
        { role: "assistant", content: "The" },
      ],
    },
  },
  { backend: "local", field: "top_k", asked: { top_k: 5 } },
  { backend: "local", field: "tool_choice", asked: { tools: tools.anthropic, tool_choice: { type: "any" } } },
  {
    backend: "local",
    field: "tool_choice.disable_parallel_tool_use",
    asked: { tools: tools.anthropic, tool_choice: { type: "auto", disable_parallel_tool_use: true } },
  },
  { backend: "local", field: "messages", asked: { messages: [{ role: "user", content: [document] }] } },
  { backend: "gemini", field: "stop_sequences", asked: { stop_sequences: ["1", "2", "3", "4", "5", "6"] } },
  {
    backend: "gemini",
    field: "messages",
    asked: {
      messages: [
        { role: "user", content: "Hi" },
        { role: "assistant", content: "The" },
      ],
    },
  },
  { backend: "claude", field: "temperature", asked: { temperature: 0.5 } },
  { backend: "claude", field: "top_p", asked: { top_p: 1 } },
  { backend: "claude", field: "top_k", asked: { top_k: 5 } },
  {
    backend: "claude",
    field: "temperature",
    asked: { temperature: 0.5, thinking: { type: "adaptive" }, version: "2023-06-01" },
  },
  { backend: "claude", model: "claude-opus-5-5", field: "thinking", asked: { thinking: { type: "disabled" } } },
  {
    backend: "claude",
    model: "claude-sonnet-4-5",
    field: "output_config.effort",
    asked: { output_config: { effort: "max" } },
  },
  {
    backend: "claude",
    model: "claude-opus-5-5",
    field: "tool_choice",
    asked: { tools: tools.anthropic, tool_choice: { type: "any" } },
  },
];
