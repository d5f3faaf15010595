import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BackendName, backendNames, cloudBackends, parseRouterConfig } from "../../../runtime/config/index.ts";
import type { Throttle } from "../../../runtime/router/alerts/index.ts";
import type { Backend, Backends } from "../../../runtime/router/backends.ts";
import type { LlmProvider } from "../../../runtime/router/providers/provider.ts";
import { RetryBudget, Standings } from "../../../runtime/router/reliability/index.ts";
import { type Choosing, chooseTargets } from "../../../runtime/router/targets.ts";
import { Vitals } from "../../../runtime/router/vitals.ts";

const cheaper: Throttle = { level: "cheaper", why: "83 % are spent" };
const local: Throttle = { level: "local", why: "96 % are spent" };

interface Situation {
  readonly tiers?: { small: string; medium: string; large: string };
  readonly strategy?: "thresholds" | "chain";
  readonly chain?: BackendName[];
  readonly off?: readonly BackendName[];
  readonly prices?: Readonly<Record<string, number>>;
}

const tiers = { small: "local/small", medium: "openai/medium", large: "claude/large" };
const prices = { "local/small": 0, "openai/medium": 10, "claude/large": 100 };

function situation({ off = [], prices: given = prices, ...more }: Situation = {}): Choosing {
  const { strategy = "thresholds", chain = ["gemini", "claude", "openai", "local"] } = more;
  const config = parseRouterConfig(
    { arbitrage: { strategy, tiers: more.tiers ?? tiers }, failoverChain: chain },
    "test",
  );
  const make = (name: BackendName): Backend => ({
    name,
    cloud: cloudBackends.includes(name),
    rehearsal: false,
    provider: {} as LlmProvider,
    disabled: () => (off.includes(name) ? "off" : undefined),
    models: [`${name}-1`],
    listed: new Set(),
    has: () => true,
    defaultMaxOutputTokens: 10,
    totalMs: 1,
    vitals: new Vitals(),
    retryBudget: new RetryBudget(config.retries),
  });
  const backends = Object.fromEntries(backendNames.map((name) => [name, make(name)])) as unknown as Backends;
  const priceOf: Choosing["priceOf"] = ({ name, cloud }, model) => given[`${name}/${model}`] ?? (cloud ? 50 : 0);
  return { config, backends, standings: new Standings(config), priceOf };
}

/** What the strategy `thresholds` makes of them. */
const prompts = { small: "hello", medium: "x".repeat(200), large: `analyze ${"x".repeat(200)}` };

const question = (text: string) => ({
  request: {
    messages: [{ role: "user" as const, parts: [{ type: "text" as const, text }] }],
    tools: [],
    stop: [],
    foreign: {},
  },
});

const planOf = (choosing: Choosing, prompt: string, throttle?: Throttle, sovereign = false) =>
  chooseTargets(choosing, { kind: "auto" }, question(prompt), sovereign, throttle).targets.map(
    ({ backend, model }) => `${backend.name}/${model}`,
  );

describe("cheaper", () => {
  test.each([
    ["large", "openai/medium", "claude/large"],
    ["medium", "local/small", "openai/medium"],
    ["small", "local/small", "openai/medium"],
  ] as const)("a %s prompt goes one step down, and what it needs is next", (size, first, second) => {
    expect(planOf(situation(), prompts[size]).at(0)).toBe(tiers[size]);
    expect(planOf(situation(), prompts[size], cheaper).slice(0, 2)).toEqual([first, second]);
  });

  test("it is the price that orders the tiers, not their names", () => {
    const dear = situation({ prices: { ...prices, "local/small": 60 } });
    expect(planOf(dear, prompts.large, cheaper).slice(0, 2)).toEqual(["local/small", "claude/large"]);
    expect(planOf(dear, prompts.medium, cheaper).at(0)).toBe("openai/medium");
  });

  test("where all cost the same the estimate stays", () => {
    const same = situation({ prices: { "local/small": 5, "openai/medium": 5, "claude/large": 5 } });
    for (const size of ["small", "medium", "large"] as const) {
      expect(planOf(same, prompts[size], cheaper).at(0)).toBe(tiers[size]);
    }
  });

  test("a chain is walked from its cheapest", () => {
    const chain = situation({
      strategy: "chain",
      prices: { "gemini/gemini-1": 3, "claude/claude-1": 2, "openai/openai-1": 1 },
    });
    expect(planOf(chain, "hello", cheaper)).toEqual([
      "local/local-1",
      "openai/openai-1",
      "claude/claude-1",
      "gemini/gemini-1",
    ]);
  });

  test("why it was chosen is said", () => {
    const [target] = chooseTargets(situation(), { kind: "auto" }, question(prompts.large), false, cheaper).targets;
    expect(target?.reason).toMatch(/medium in its place; 83 % are spent$/);
  });
});

describe("local", () => {
  test("only models of our own are asked, the most capable that are adequate first", () => {
    expect(planOf(situation(), prompts.large, local)).toEqual(["local/small", "local/local-1", "triton/triton-1"]);
    const own = situation({ tiers: { ...tiers, large: "triton/large" } });
    expect(planOf(own, prompts.medium, local).slice(0, 2)).toEqual(["triton/large", "local/small"]);
  });

  test("where there are none it is as cheaper", () => {
    const none = situation({ off: ["local", "triton"] });
    expect(planOf(none, prompts.large, local)).toEqual(planOf(none, prompts.large, cheaper));
  });
});

test("whatever is throttled how: local never leaves our own where there are some, and sovereign holds", () => {
  const backend = fc.constantFrom(...backendNames);
  const address = backend.map((name) => `${name}/m`);
  const anything = fc.record({
    tiers: fc.record({ small: address, medium: address, large: address }),
    chain: fc.uniqueArray(backend, { minLength: 1 }),
    off: fc.subarray([...backendNames]),
    prices: fc.dictionary(address, fc.nat(100)),
    strategy: fc.constantFrom("thresholds" as const, "chain" as const),
  });
  const throttle = fc.constantFrom(cheaper, local);
  const size = fc.constantFrom("small", "medium", "large");
  fc.assert(
    fc.property(anything, throttle, size, fc.boolean(), (given, how, prompt, sovereign) => {
      const targets = planOf(situation(given), prompts[prompt as keyof typeof prompts], how, sovereign);
      const own = targets.filter((target) => !cloudBackends.some((name) => target.startsWith(`${name}/`)));
      expect(new Set(targets).size).toBe(targets.length);
      expect(targets.some((target) => given.off.some((name) => target.startsWith(`${name}/`)))).toBe(false);
      if (sovereign) expect(own).toEqual(targets);
      const some = (["local", "triton"] as const).some((name) => !given.off.includes(name));
      if (how.level === "local" && some) expect(own).toEqual(targets);
      // Nobody is left out who would be asked otherwise.
      if (how.level === "cheaper" && !sovereign) {
        const usual = planOf(situation(given), prompts[prompt as keyof typeof prompts], undefined);
        for (const target of usual) expect(targets).toContain(target);
      }
    }),
  );
});

test("a request that names its backend or model is not touched", () => {
  for (const choice of [
    { kind: "backend", backend: "claude" } as const,
    { kind: "backend", backend: "claude", model: "large" } as const,
  ]) {
    const plan = (throttle?: Throttle) =>
      chooseTargets(situation(), choice, question("hello"), false, throttle).targets;
    expect(plan(local).map(({ backend, model }) => [backend.name, model])).toEqual(
      plan().map(({ backend, model }) => [backend.name, model]),
    );
  }
});
