import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Behaviour } from "./catalogue.ts";
import type { ClientView, ClientWire } from "./clients.ts";
import { openStand } from "./stand.ts";

/**
 * What the providers really send, as their documentation and recordings show it, through the router: the client must
 * get the right text, calls and finish reason, or the right error.
 */
type Provider = "openai" | "ollama" | "claude" | "gemini";

const backends = { openai: "openai", ollama: "local", claude: "claude", gemini: "gemini" } as const;

const fixture = (provider: Provider, file: string): string =>
  readFileSync(new URL(`../fixtures/providers/${provider}/${file}`, import.meta.url), "utf8");

/** Asks a router whose only backend behaves so. */
async function asked(provider: Provider, behaviour: Behaviour, wire: ClientWire, stream: boolean): Promise<ClientView> {
  const backend = backends[provider];
  const stand = await openStand({ [backend]: { rules: [{ kind: "chat", behaviour }] } });
  try {
    return await stand.ask({ wire, stream }, backend);
  } finally {
    await stand.close();
  }
}

interface StreamShape {
  readonly provider: Provider;
  readonly file: string;
  readonly text: string;
  /** Of the OpenAI wire. */
  readonly finish: string;
  readonly usage: { readonly input: number; readonly output: number };
  readonly tools?: readonly object[];
}

const weather = { city: "Graz" };
const openAiUsage = { input: 2006, output: 300 };
const ollamaUsage = { input: 11, output: 18 };

const streams: readonly StreamShape[] = [
  { provider: "openai", file: "text.sse", text: 'Grüße, "world"\n\n😀 done', finish: "stop", usage: openAiUsage },
  {
    provider: "openai",
    file: "tool-calls.sse",
    text: "",
    finish: "tool_calls",
    usage: openAiUsage,
    tools: [weather, {}],
  },
  { provider: "openai", file: "length.sse", text: "Once upon", finish: "length", usage: openAiUsage },
  { provider: "openai", file: "content-filter.sse", text: "First you", finish: "content_filter", usage: openAiUsage },
  { provider: "ollama", file: "text.sse", text: 'Grüße, "world"\n\n😀 done', finish: "stop", usage: ollamaUsage },
  { provider: "ollama", file: "reasoning.sse", text: "Hello.", finish: "stop", usage: ollamaUsage },
  {
    provider: "ollama",
    file: "tool-calls.sse",
    text: "",
    finish: "tool_calls",
    usage: ollamaUsage,
    tools: [weather, {}],
  },
  {
    provider: "claude",
    file: "thinking.sse",
    text: "The greatest common divisor of 1071 and 462 is **21**.",
    finish: "stop",
    usage: { input: 19_209, output: 112 },
  },
  {
    provider: "claude",
    file: "tool-use.sse",
    text: "Okay, let's check the weather:",
    finish: "tool_calls",
    usage: { input: 472, output: 89 },
    tools: [{ location: "San Francisco, CA", unit: "fahrenheit" }, {}],
  },
  {
    provider: "gemini",
    file: "text.sse",
    text: "Grüße, it works.\n\nReally 😀",
    finish: "stop",
    usage: { input: 7, output: 103 },
  },
  { provider: "gemini", file: "thinking.sse", text: "Three.", finish: "stop", usage: { input: 9, output: 187 } },
  {
    provider: "gemini",
    file: "parallel-calls.sse",
    text: "I look at both.",
    finish: "tool_calls",
    usage: { input: 44, output: 82 },
    tools: [{ city: "Paris", days: 2 }, { city: "Tokyo" }],
  },
  {
    provider: "gemini",
    file: "safety.sse",
    text: "First you",
    finish: "content_filter",
    usage: { input: 12, output: 32 },
  },
];

const anthropicFinish: Readonly<Record<string, string>> = {
  stop: "end_turn",
  tool_calls: "tool_use",
  length: "max_tokens",
  content_filter: "refusal",
};

/** In pieces that end anywhere but inside of a character, as a network delivers them. */
const pieces = (text: string): string[] => text.match(/.{1,37}/gsu) ?? [];

describe.each(streams)("$provider's $file", ({ provider, file, text, finish, usage, tools = [] }) => {
  const raw = { chunks: pieces(fixture(provider, file)) };

  test.concurrent.each([true, false])("to a client of the OpenAI wire (stream: %s)", async (stream) => {
    const view = await asked(provider, { raw }, "openai", stream);
    expect(view).toMatchObject({ outcome: "success", text, finish, usage, ended: true, malformed: 0 });
    expect(view.toolArguments.map((json) => JSON.parse(json))).toEqual(tools);
  });

  test.concurrent.each([true, false])("to a client of the Anthropic wire (stream: %s)", async (stream) => {
    const view = await asked(provider, { raw }, "anthropic", stream);
    expect(view).toMatchObject({ outcome: "success", text, finish: anthropicFinish[finish], ended: true });
    expect(view.usage?.output).toBe(usage.output);
    expect(view.toolArguments.map((json) => JSON.parse(json || "{}"))).toEqual(tools);
  });
});

/** Streams that break off after a first word: nothing but an error may end what the client gets. */
const broken: readonly [Provider, string][] = [
  ["openai", "error-in-stream.sse"],
  ["ollama", "failed-in-stream.sse"],
  ["claude", "overloaded.sse"],
  ["gemini", "error-event.sse"],
  ["gemini", "error-without-data.sse"],
  ["gemini", "malformed-call.sse"],
];

describe.each(broken)("%s's %s, which breaks off", (provider, file) => {
  const raw = { chunks: pieces(fixture(provider, file)) };

  test.concurrent.each(["openai", "anthropic"] as const)("is an error for a client of the wire of %s", async (wire) => {
    for (const stream of [true, false]) {
      const view = await asked(provider, { raw }, wire, stream);
      expect(view).toMatchObject({ outcome: "error", ended: false });
    }
  });
});

interface ErrorShape {
  readonly provider: Provider;
  readonly file: string;
  readonly status: number;
  /** What the client gets; 503 where the router found nobody else to ask, 429 where nothing but a limit was met. */
  readonly told: { readonly status: number; readonly code: string; readonly words?: string };
  /** A part of the provider's own reason that the client is told. */
  readonly reason?: string;
  readonly retryAfter?: string;
}

const nobodyElse = { status: 503, code: "all_backends_down", words: "All Clouds Down" };
const limited = { status: 429, code: "rate_limited", words: "Every backend limits its requests" };
const refused = { status: 400, code: "upstream_rejected" };

const errors: readonly ErrorShape[] = [
  { provider: "openai", file: "400-context-length.json", status: 400, told: refused, reason: "maximum context length" },
  { provider: "openai", file: "400-content-policy.json", status: 400, told: refused, reason: "usage policy" },
  { provider: "openai", file: "400-parameter.json", status: 400, told: refused, reason: "Unsupported value" },
  { provider: "openai", file: "401.json", status: 401, told: nobodyElse },
  { provider: "openai", file: "404.json", status: 404, told: nobodyElse },
  { provider: "openai", file: "429-quota.json", status: 429, told: nobodyElse },
  { provider: "openai", file: "429-rate.json", status: 429, told: limited, retryAfter: "60" },
  { provider: "openai", file: "500.json", status: 500, told: nobodyElse },
  { provider: "openai", file: "503.json", status: 503, told: nobodyElse },
  { provider: "ollama", file: "400.json", status: 400, told: refused, reason: "is too short" },
  { provider: "ollama", file: "404.json", status: 404, told: nobodyElse },
  { provider: "ollama", file: "500-runner.json", status: 500, told: nobodyElse },
  { provider: "ollama", file: "500-memory.json", status: 500, told: nobodyElse },
  { provider: "ollama", file: "503-busy.json", status: 503, told: nobodyElse },
  {
    provider: "claude",
    file: "400-content-filter.json",
    status: 400,
    told: refused,
    reason: "content filtering policy",
  },
  { provider: "claude", file: "400-prompt-too-long.json", status: 400, told: refused, reason: "prompt is too long" },
  { provider: "claude", file: "400-credit.json", status: 400, told: nobodyElse },
  { provider: "claude", file: "401.json", status: 401, told: nobodyElse },
  { provider: "claude", file: "404.json", status: 404, told: nobodyElse },
  { provider: "claude", file: "429.json", status: 429, told: limited, retryAfter: "60" },
  { provider: "claude", file: "429-spend-limit.json", status: 429, told: nobodyElse },
  { provider: "claude", file: "529.json", status: 529, told: nobodyElse },
  { provider: "gemini", file: "error-argument.json", status: 400, told: refused, reason: "Thinking level" },
  { provider: "gemini", file: "error-context.json", status: 400, told: refused, reason: "input token count" },
  { provider: "gemini", file: "error-key-invalid.json", status: 400, told: nobodyElse },
  { provider: "gemini", file: "error-billing.json", status: 400, told: nobodyElse },
  { provider: "gemini", file: "error-quota-minute.json", status: 429, told: limited },
  { provider: "gemini", file: "error-quota-day.json", status: 429, told: nobodyElse },
];

describe.each(errors)("$provider's $file", ({ provider, file, status, told, reason, retryAfter }) => {
  const wait = retryAfter === undefined ? {} : { retryAfter };
  const fault = { type: "status", status, body: fixture(provider, file), ...wait } as const;

  test.concurrent.each(["openai", "anthropic"] as const)("is told to a client of the wire of %s", async (wire) => {
    for (const stream of [true, false]) {
      const view = await asked(provider, { fault }, wire, stream);
      expect(view).toMatchObject({ outcome: "error", status: told.status });
      if (wire === "openai") expect(view.error?.code).toBe(told.code);
      expect(view.error?.message).toContain(reason ?? told.words);
    }
  });
});

test("Gemini's answer without candidates is a refusal that says why", async () => {
  for (const stream of [true, false]) {
    const chunks = pieces(fixture("gemini", "prompt-blocked.sse"));
    const view = await asked("gemini", { raw: { chunks } }, "openai", stream);
    expect(view).toMatchObject({ outcome: "error", status: 400, error: { code: "upstream_rejected" } });
    expect(view.error?.message).toMatch(/PROHIBITED_CONTENT|prohibited/i);
  }
});
