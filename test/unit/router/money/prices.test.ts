import { readFileSync } from "node:fs";
import { calcPrice } from "@pydantic/genai-prices";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BackendName, RouterConfig } from "../../../../runtime/config/index.ts";
import { type BilledUsage, costOf, listPriceSource, Prices } from "../../../../runtime/router/money/index.ts";

const now = Date.UTC(2026, 10, 29, 12);
const list = new Prices({});

const models: readonly (readonly [BackendName, string, string])[] = [
  ["openai", "gpt-5.4", "openai"],
  ["openai", "gpt-5.4-mini", "openai"],
  ["openai", "gpt-5.4-2026-03-05", "openai"],
  ["openai", "gpt-5.6-sol", "openai"],
  ["openai", "gpt-4o", "openai"],
  ["openai", "gpt-4o-mini", "openai"],
  ["openai", "o3", "openai"],
  ["claude", "claude-haiku-4-5", "anthropic"],
  ["claude", "claude-haiku-4-5-20251001", "anthropic"],
  ["claude", "claude-sonnet-4-5", "anthropic"],
  ["claude", "claude-sonnet-4-6", "anthropic"],
  ["claude", "claude-sonnet-5", "anthropic"],
  ["claude", "claude-opus-5-5", "anthropic"],
  ["gemini", "gemini-2.5-pro", "google"],
  ["gemini", "gemini-3.1-pro-preview", "google"],
  ["gemini", "gemini-3.5-flash", "google"],
  ["gemini", "gemini-3.8-flash", "google"],
];

/** Counts as a provider gives them: parts of the prompt and of the answer, never more than the whole. */
const usages = fc
  .record({
    prompt: fc.oneof(
      fc.nat(5_000),
      fc.integer({ min: 190_000, max: 1_050_000 }),
      fc.constantFrom(200_000, 200_001, 271_999, 272_000),
    ),
    cachedShare: fc.double({ min: 0, max: 1, noNaN: true }),
    writtenShare: fc.double({ min: 0, max: 1, noNaN: true }),
    completion: fc.nat(128_000),
    reasoningShare: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ prompt, cachedShare, writtenShare, completion, reasoningShare }): BilledUsage => {
    const cached = Math.floor(prompt * cachedShare);
    return {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      cached_tokens: cached,
      cache_write_tokens: Math.floor((prompt - cached) * writtenShare),
      reasoning_tokens: Math.floor(completion * reasoningShare),
    };
  });

const usage = (prompt: number, completion: number, more: Partial<BilledUsage> = {}): BilledUsage => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
  ...more,
});

function priced(backend: BackendName, model: string, prices = list) {
  const found = prices.priceOf(backend, model, now);
  if (!found) throw new Error(`${backend}/${model} has no price`);
  return found;
}

describe("list prices", () => {
  test.each(models)("%s/%s costs what the price list's own calculation says", (backend, model, providerId) => {
    const price = priced(backend, model);
    fc.assert(
      fc.property(usages, (used) => {
        const theirs = calcPrice(
          {
            input_tokens: used.prompt_tokens,
            output_tokens: used.completion_tokens,
            cache_read_tokens: used.cached_tokens ?? 0,
            cache_write_tokens: used.cache_write_tokens ?? 0,
          },
          model,
          { providerId, timestamp: new Date(now) },
        );
        const ours = costOf(price, used);
        // Ours is rounded up to a nano-dollar; theirs is a sum of binary fractions.
        const difference = ours - (theirs?.total_price ?? 0) * 1e9;
        expect(difference).toBeGreaterThan(-0.01);
        expect(difference).toBeLessThan(1.01);
      }),
      { numRuns: 200 },
    );
  });

  test.each<[BackendName, string, BilledUsage, number]>([
    ["openai", "gpt-5.4-mini", usage(1_000, 100), 750_000 + 450_000],
    ["openai", "gpt-5.4-mini", usage(1_000, 100, { cached_tokens: 400 }), 450_000 + 30_000 + 450_000],
    ["openai", "gpt-5.4-mini", usage(1_000, 100, { reasoning_tokens: 90 }), 750_000 + 450_000],
    ["openai", "gpt-5.4", usage(271_999, 1), 679_997_500 + 15_000],
    ["openai", "gpt-5.4", usage(272_000, 1), 1_360_000_000 + 22_500],
    [
      "claude",
      "claude-sonnet-4-6",
      usage(100, 10, { cached_tokens: 50, cache_write_tokens: 40 }),
      30_000 + 15_000 + 150_000 + 150_000,
    ],
    [
      "claude",
      "claude-sonnet-4-6",
      usage(100, 0, { cache_write_tokens: 100, cache_write_hour_tokens: 60 }),
      150_000 + 360_000,
    ],
    ["gemini", "gemini-2.5-flash", usage(1_000, 0, { audio_prompt_tokens: 1_000 }), 1_000_000],
    ["openai", "text-embedding-3-small", usage(1_000, 0), 20_000],
    ["gemini", "gemini-embedding-2", usage(1_000, 0), 200_000],
  ])("%s/%s by hand: %o", (backend, model, used, nanos) => {
    expect(costOf(priced(backend, model), used)).toBe(nanos);
  });

  test("change on the day that the list names", () => {
    const inputOn = (at: number) => new Prices({}).priceOf("gemini", "gemini-3.8-flash", at)?.input;
    expect(inputOn(Date.UTC(2026, 11, 31, 23, 59))).toBe(750_000);
    expect(inputOn(Date.UTC(2027, 0, 1))).toBe(1_500_000);
    const kept = new Prices({});
    const before = kept.priceOf("gemini", "gemini-3.8-flash", Date.UTC(2026, 11, 31, 23, 59, 59));
    expect(kept.priceOf("gemini", "gemini-3.8-flash", Date.UTC(2026, 11, 31, 23, 59, 59))).toBe(before);
    expect(kept.priceOf("gemini", "gemini-3.8-flash", Date.UTC(2027, 0, 1))?.input).toBe(1_500_000);
  });

  test("name the version of the package that is installed", () => {
    const file = "node_modules/@pydantic/genai-prices/package.json";
    const { name, version } = JSON.parse(readFileSync(file, "utf8")) as { name: string; version: string };
    expect(listPriceSource).toBe(`${name} ${version}`);
    expect(priced("openai", "gpt-4o").source).toBe(listPriceSource);
  });

  test("are none for what is not billed by tokens, or by tokens that nobody counts apart", () => {
    const unpriced = ["whisper-1", "a-model-of-tomorrow"];
    for (const model of unpriced) expect(list.priceOf("openai", model, now)).toBeUndefined();
    for (const model of ["gemini-2.5-flash-image", "gemma-3"]) {
      expect(list.priceOf("gemini", model, now)).toBeUndefined();
    }
  });

  test("are known for every model that the configuration uses by itself", () => {
    const { arbitrage, predictive } = RouterConfig.parse({});
    for (const address of [...Object.values(arbitrage.tiers), predictive.switchTo]) {
      const [backend = "", model = ""] = address.split("/");
      expect(list.priceOf(backend as BackendName, model, now), address).toBeDefined();
    }
  });
});

describe("prices of the configuration", () => {
  const { prices } = RouterConfig.parse({
    prices: {
      "openai/gpt-4o": { input: 1, output: 2 },
      "claude/private": { input: 3, output: 4, reasoning: 8, tiers: [{ above: 100, input: 6, output: 5 }] },
      "local/llama3": { perGpuHour: 3.6, perRequest: 0.001 },
      "triton/tiny": {},
    },
  });
  const configured = new Prices(prices);

  test("come before the list's, with defaults from one another", () => {
    expect(costOf(priced("openai", "gpt-4o", configured), usage(1_000, 100, { cached_tokens: 500 }))).toBe(1_200_000);
    expect(priced("openai", "gpt-4o", configured).source).toBe("configuration");
    expect(costOf(priced("claude", "private", configured), usage(100, 10, { reasoning_tokens: 4 }))).toBe(356_000);
    expect(costOf(priced("claude", "private", configured), usage(101, 10))).toBe(656_000);
  });

  test("models of our own are free, or cost the time that they take", () => {
    expect(priced("local", "mistral", configured)).toMatchObject({ free: true, source: "own model" });
    expect(priced("triton", "tiny", configured)).toMatchObject({ free: true, source: "configuration" });
    expect(costOf(priced("local", "mistral", configured), usage(1_000_000, 1_000_000), 60_000)).toBe(0);
    expect(costOf(priced("local", "llama3", configured), usage(1_000, 10), 2_500)).toBe(2_500_000 + 1_000_000);
  });
});

describe("a usage that contradicts itself", () => {
  test("charges no token twice and lets none go for nothing", () => {
    const price = priced("claude", "claude-sonnet-4-6");
    const odd = usage(100, 10, { cached_tokens: 500, cache_write_tokens: 70, reasoning_tokens: 99 });
    expect(costOf(price, odd)).toBe(100 * 300 + 10 * 15_000);
    expect(costOf(price, usage(Number.NaN, -5))).toBe(0);
    expect(costOf(price, usage(0.5, 0))).toBe(3_000);
  });
});
