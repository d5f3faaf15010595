import fc from "fast-check";
import { countTokens as countCl100k } from "gpt-tokenizer/encoding/cl100k_base";
import { countTokens as countO200k } from "gpt-tokenizer/encoding/o200k_base";
import llamaTokenizer from "llama-tokenizer-js";
import { describe, expect, test } from "vitest";
import type { BackendName } from "../../../../runtime/config/index.ts";
import {
  costOf,
  type Priced,
  Prices,
  unbounded,
  worstCase,
  worstCaseOfEmbeddings,
} from "../../../../runtime/router/money/index.ts";

const fileTokens = 1_000_000;
const now = Date.UTC(2026, 10, 29);
const prices = new Prices({});

function priced(backend: BackendName, model: string): Priced {
  const found = prices.priceOf(backend, model, now);
  if (!found) throw new Error(`${backend}/${model} has no price`);
  return found;
}

const mini = priced("openai", "gpt-5.4-mini");

function worst(body: Readonly<Record<string, unknown>>, backend: BackendName = "openai", price = mini, output = 100) {
  const bytes = Buffer.byteLength(JSON.stringify(body));
  const attempt = { backend, bytes, body, fileTokens, maxOutputTokens: output, maxMs: 1_000 };
  return { bytes, ...worstCase(price, attempt) };
}

const asked = (content: unknown, more: object = {}) => ({ model: "m", messages: [{ role: "user", content }], ...more });

/** Text of every kind: any code point, what tokenizers dislike, repetitions, and the words of their own syntax. */
const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc
    .array(
      fc.constantFrom(
        "the ",
        "ﷺ",
        "ﷻ",
        "\u0000",
        "\n\n",
        "    ",
        "🧑‍🚀",
        "Ünïcödé",
        "漢字",
        "0",
        '}{"',
        "\\",
        "\u{10FFFF}",
        "<s>",
        "<|endoftext|>",
      ),
      {
        maxLength: 80,
      },
    )
    .map((parts) => parts.join("")),
  fc
    .tuple(fc.string({ unit: "binary", minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 200 }))
    .map(([unit, times]) => unit.repeat(times)),
);

const special = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };

/** What the providers' chat templates add to a message, as OpenAI documents it. */
const templateTokens = 3;

describe("the bound of a request's input", () => {
  test.each([
    ["o200k (GPT-4o and later)", (text: string) => countO200k(text, special)],
    ["cl100k (GPT-4, text-embedding-3)", (text: string) => countCl100k(text, special)],
    ["SentencePiece with byte fallback (Llama 2; Gemini's kind)", (text: string) => llamaTokenizer.encode(text).length],
  ])("is never below what a tokenizer counts: %s", (_name, tokensOf) => {
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 4 }), (contents) => {
        const messages = contents.map((content) => ({ role: "user", content }));
        // A lone surrogate can't be sent: in UTF-8 it is the replacement character.
        const sent = contents.map((content) => content.toWellFormed());
        const counted = sent.reduce((sum, text) => sum + tokensOf(text) + templateTokens, 3);
        expect(worst({ model: "m", messages }).inputTokens).toBeGreaterThanOrEqual(counted);
      }),
      { numRuns: 150 },
    );
  });

  test("is the body's bytes where it is text, a little more with tools", () => {
    const plain = worst(asked("Hello"));
    expect(plain.inputTokens).toBe(plain.bytes + 64);
    const tools = worst(asked("Hello", { tools: [{ type: "function", function: { name: "f" } }] }));
    expect(tools.inputTokens).toBe(tools.bytes + 64 + 1_024);
  });

  test.each<[BackendName, unknown, number]>([
    ["openai", { type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(500_000)}` } }, 48_169],
    [
      "claude",
      { type: "image", source: { type: "base64", media_type: "image/png", data: "A".repeat(500_000) } },
      4_784,
    ],
    ["gemini", { type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(500_000)}` } }, 65_536],
    ["openai", { type: "input_audio", input_audio: { format: "mp3", data: "A".repeat(120_000) } }, 10_000],
    ["openai", { type: "file", file: { file_data: "A".repeat(500_000) } }, fileTokens],
    ["openai", { type: "file", file: { file_id: "file-1" } }, fileTokens],
    ["claude", { type: "document", source: { type: "base64", data: "A".repeat(500_000) } }, fileTokens],
    ["claude", { type: "container_upload", file_id: "f" }, fileTokens],
    ["claude", { type: "tool_result", content: [{ type: "image", source: { type: "url", url: "https://x" } }] }, 4_784],
  ])("counts a %s part by its kind, not by its bytes: %#", (backend, part, tokens) => {
    const bare = worst(asked([{ type: "text", text: "What is it?" }]), backend).inputTokens;
    const more = worst(asked([{ type: "text", text: "What is it?" }, part]), backend).inputTokens - bare;
    expect(more).toBeGreaterThanOrEqual(tokens);
    expect(more).toBeLessThan(tokens + 200);
  });

  test("counts a document of plain text by its bytes", () => {
    const data = "ä".repeat(1_000);
    const { bytes, inputTokens } = worst(asked([{ type: "document", source: { type: "text", data } }]), "claude");
    expect(inputTokens).toBe(bytes + 64);
  });

  test("takes an earlier answer's sound for a file", () => {
    const body = { model: "m", messages: [{ role: "assistant", audio: { id: "audio_1" } }] };
    expect(worst(body).inputTokens).toBeGreaterThan(fileTokens);
  });
});

describe("the worst case of a request", () => {
  test("is its input at the dearest rate and its longest output, times the choices", () => {
    const one = worst(asked("Hello"));
    expect(one.amount).toBe(one.inputTokens * 750 + 100 * 4_500);
    const three = worst(asked("Hello", { n: 3 }));
    expect(three.outputTokens).toBe(300);
    expect(three.amount).toBe(three.inputTokens * 750 + 300 * 4_500);
  });

  test("pays for cache writes of an hour only where the client can have asked for them", () => {
    const price = priced("claude", "claude-sonnet-4-6");
    const plain = worst(asked("Hello"), "claude", price);
    expect(plain.amount).toBe(plain.inputTokens * 3_750 + 100 * 15_000);
    const cached = worst(asked([{ type: "text", text: "Hello", cache_control: { ttl: "1h" } }]), "claude", price);
    expect(cached.amount).toBe(cached.inputTokens * 6_000 + 100 * 15_000);
    const tools = worst(asked("Hello", { tools: [{ name: "f", cache_control: {} }] }), "claude", price);
    expect(tools.amount).toBe(tools.inputTokens * 6_000 + 100 * 15_000);
  });

  test("is at least what any usage within its bounds costs", () => {
    const models = [
      mini,
      priced("openai", "gpt-5.4"),
      priced("claude", "claude-sonnet-4-5"),
      priced("gemini", "gemini-2.5-pro"),
    ];
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        fc.nat(400_000),
        fc.nat(5_000),
        share,
        share,
        share,
        (price, length, output, a, b, c) => {
          const body = asked("x".repeat(length), { n: 2 });
          const { inputTokens, outputTokens, amount } = worst(body, "openai", price, output);
          const prompt = Math.floor(inputTokens * a);
          const cached = Math.floor(prompt * b);
          const written = Math.floor((prompt - cached) * c);
          const used = {
            prompt_tokens: prompt,
            completion_tokens: outputTokens,
            total_tokens: prompt + outputTokens,
            cached_tokens: cached,
            cache_write_tokens: written,
          };
          expect(amount).toBeGreaterThanOrEqual(costOf(price, used));
        },
      ),
      { numRuns: 100 },
    );
  });

  test("of a model of our own is nothing, or its longest time", () => {
    const own = new Prices({ "local/big": { ...emptyPrices, perGpuHour: 3.6 } });
    const free = own.priceOf("local", "small");
    const timed = own.priceOf("local", "big");
    expect(free && worst(asked("Hello"), "local", free).amount).toBe(0);
    expect(timed && worst(asked("Hello"), "local", timed).amount).toBe(1_000_000);
  });

  test("is an amount, whatever a client asks for", () => {
    for (const limit of [1e15, Number.MAX_VALUE, Number.POSITIVE_INFINITY, Number.NaN, -1]) {
      const { amount } = worst(asked("Hello", { n: 1e9 }), "openai", mini, limit);
      expect(Number.isSafeInteger(amount) && amount >= 0 && amount <= 1e15).toBe(true);
    }
    expect(worst({ model: "m", messages: "none" as never, n: "x", tools: 5 }).amount).toBeGreaterThan(0);
  });

  test("of embeddings is their bytes", () => {
    const price = priced("openai", "text-embedding-3-large");
    expect(worstCaseOfEmbeddings(price, 1_000, 0)).toBe(130_000);
  });

  test("leaves room for 50 open chats of the default length in 50 dollars", () => {
    const { amount } = worst(asked("x".repeat(20_000)), "openai", priced("openai", "gpt-5.4"), 4_096);
    expect(50 * amount).toBeLessThan(50e9);
  });
});

describe("what a budget can't hold", () => {
  test.each([
    [{ service_tier: "priority" }, "service_tier"],
    [{ speed: "fast" }, "speed"],
    [{ inference_geo: "us" }, "inference_geo"],
    [{ web_search_options: {} }, "web_search_options"],
    [{ tools: [{ type: "function" }, { type: "web_search_20250305" }] }, "tools[1].type"],
  ])("is named: %o", (body, param) => {
    expect(unbounded(body).map((each) => each.param)).toEqual([param]);
  });

  test("is none of the ordinary", () => {
    const tools = [
      { type: "function", function: {} },
      { name: "f", input_schema: {} },
      { type: "custom", name: "g" },
    ];
    expect(unbounded({ service_tier: "auto", speed: "standard", tools, web_search_options: null })).toEqual([]);
    expect(unbounded({ service_tier: "standard_only" })).toEqual([]);
  });
});

const emptyPrices = { input: 0, output: 0, tiers: [], perRequest: 0, perGpuHour: 0 };
