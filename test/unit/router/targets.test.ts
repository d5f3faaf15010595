import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type BackendName,
  backendNames,
  cloudBackends,
  parseRouterConfig,
  type RouterConfigInput,
} from "../../../runtime/config/index.ts";
import type { Backend, Backends } from "../../../runtime/router/backends.ts";
import { RouterError, SecurityError } from "../../../runtime/router/errors.ts";
import type { LlmProvider } from "../../../runtime/router/providers/provider.ts";
import { RetryBudget, Standings } from "../../../runtime/router/reliability/index.ts";
import { type Choosing, chooseTargets, type ModelChoice, parseModel } from "../../../runtime/router/targets.ts";
import { Vitals } from "../../../runtime/router/vitals.ts";

const provider = {} as LlmProvider;

interface Situation {
  readonly config?: RouterConfigInput;
  readonly off?: readonly string[];
  /** Models that Ollama lists. */
  readonly listed?: readonly string[];
}

function situation({ config = {}, off = [], listed = [] }: Situation = {}): Choosing {
  const parsed = parseRouterConfig({ arbitrage: { strategy: "chain" }, ...config }, "test");
  const make = (name: BackendName): Backend => {
    const models = [`${name}-1`, `${name}-2`];
    const known = new Set(name === "local" ? listed : []);
    return {
      name,
      cloud: cloudBackends.includes(name),
      rehearsal: false,
      provider,
      disabled: () => (off.includes(name) ? "off" : undefined),
      models,
      listed: known,
      has: (model) => name !== "local" || known.has(model) || models.includes(model),
      defaultMaxOutputTokens: 10,
      totalMs: 1,
      vitals: new Vitals(),
      retryBudget: new RetryBudget(parsed.retries),
    };
  };
  const backends = Object.fromEntries(backendNames.map((name) => [name, make(name)])) as unknown as Backends;
  return { config: parsed, backends, standings: new Standings(parsed), priceOf: () => 0 };
}

const asked = (prompt: string) => ({
  request: {
    messages: [{ role: "user" as const, parts: [{ type: "text" as const, text: prompt }] }],
    tools: [],
    stop: [],
    foreign: {},
  },
});
const choose = (choosing: Choosing, choice: ModelChoice, prompt = "hello", sovereign = false) =>
  chooseTargets(choosing, choice, asked(prompt), sovereign);
const addresses = (choosing: Choosing, choice: ModelChoice, prompt?: string) =>
  choose(choosing, choice, prompt).targets.map(({ backend, model }) => `${backend.name}/${model}`);

const name = fc.constantFrom(...backendNames);
const names = fc.uniqueArray(name, { minLength: 1 });
const choiceOf = (preferred: BackendName | undefined): ModelChoice =>
  preferred ? { kind: "backend", backend: preferred } : { kind: "auto" };

describe("the order of the targets", () => {
  test("preferred first, then the chain; each backend once; none that may not be asked", () => {
    fc.assert(
      fc.property(
        fc.option(name, { nil: undefined }),
        names,
        fc.subarray([...backendNames]),
        (preferred, chain, off) => {
          const choosing = situation({ config: { arbitrage: { strategy: "chain" }, failoverChain: chain }, off });
          const { targets, passedOver } = choose(choosing, choiceOf(preferred));
          const order = [...(preferred ? [preferred] : []), ...chain.filter((one) => one !== preferred)];
          expect(targets.map(({ backend }) => backend.name)).toEqual(order.filter((one) => !off.includes(one)));
          expect(passedOver.map(({ backend }) => backend)).toEqual(order.filter((one) => off.includes(one)));
        },
      ),
    );
  });

  test("sovereign: a cloud backend is never a target, and asking for one is a SecurityError", () => {
    fc.assert(
      fc.property(fc.option(name, { nil: undefined }), names, fc.string(), (preferred, chain, prompt) => {
        const choosing = situation({ config: { arbitrage: {}, failoverChain: chain } });
        const sovereign = () => choose(choosing, choiceOf(preferred), prompt, true);
        if (preferred && cloudBackends.includes(preferred)) expect(sovereign).toThrow(SecurityError);
        else expect(sovereign().targets.every(({ backend }) => !backend.cloud)).toBe(true);
      }),
    );
  });

  test("the model that was asked for is for its backend only; the others get their own default", () => {
    const choosing = situation({ config: { failoverChain: ["claude", "openai", "local"] } });
    const choice = { kind: "backend", backend: "openai", model: "openai-2" } as const;
    expect(addresses(choosing, choice)).toEqual([
      "openai/openai-2",
      "claude/claude-1",
      "openai/openai-1",
      "local/local-1",
    ]);
    expect(choose(choosing, choice).targets.map(({ askedFor }) => askedFor)).toEqual([true, false, false, false]);
  });
});

describe("auto, by the required rule", () => {
  const tiers = { small: "local/llama3:8b", medium: "openai/m", large: "claude/l" };
  const config: RouterConfigInput = {
    arbitrage: { strategy: "thresholds", tiers },
    failoverChain: ["gemini", "local"],
  };
  const auto = { kind: "auto" } as const;

  test("goes to the tier's model, then to larger ones, then along the chain", () => {
    const choosing = situation({ config, listed: ["llama3:8b"] });
    expect(addresses(choosing, auto, "short")).toEqual([
      "local/llama3:8b",
      "openai/m",
      "claude/l",
      "gemini/gemini-1",
      "local/local-1",
    ]);
    const long = `Please analyze this: ${"x".repeat(100)}`;
    expect(addresses(choosing, auto, long)).toEqual(["claude/l", "gemini/gemini-1", "local/local-1"]);
  });

  test("gives way to the next larger model where a backend can't be used", () => {
    expect(addresses(situation({ config, off: ["local"] }), auto, "short")[0]).toBe("openai/m");
  });

  test("takes Ollama's own default where the small model is not pulled", () => {
    expect(addresses(situation({ config }), auto, "short")[0]).toBe("local/local-1");
  });
});

describe("a first target that has become slow", () => {
  const config: RouterConfigInput = { predictive: { switchTo: "claude/fast" }, arbitrage: { strategy: "chain" } };
  const slowDown = (choosing: Choosing, backend: BackendName, model: string) => {
    const { predictor } = choosing.standings.of(choosing.backends[backend], model);
    for (let i = 0; i < 10; i++) predictor.add(900);
  };

  test("gives way to the faster model, and is asked after it", () => {
    const choosing = situation({ config });
    slowDown(choosing, "openai", "openai-1");
    const { targets } = choose(choosing, { kind: "backend", backend: "openai" });
    expect(targets.map(({ model }) => model).slice(0, 2)).toEqual(["fast", "openai-1"]);
    expect(targets[0]?.reason).toBe("predictive: openai/openai-1 is slow");
  });

  test("stays where it was asked for by its full name", () => {
    const choosing = situation({ config });
    slowDown(choosing, "openai", "openai-1");
    expect(addresses(choosing, { kind: "backend", backend: "openai", model: "openai-1" })[0]).toBe("openai/openai-1");
  });

  test.each<[string, Situation, (choosing: Choosing) => void]>([
    ["can't be used", { off: ["claude"] }, () => {}],
    ["is slow itself", {}, (choosing) => slowDown(choosing, "claude", "fast")],
    [
      "has an open circuit",
      {},
      (choosing) => {
        const { breaker } = choosing.standings.of(choosing.backends.claude, "fast");
        for (let i = 0; i < 3; i++) breaker.failed({ probe: false });
      },
    ],
  ])("stays where the faster model %s", (_why, more, prepare) => {
    const choosing = situation({ config, ...more });
    slowDown(choosing, "openai", "openai-1");
    prepare(choosing);
    expect(addresses(choosing, { kind: "backend", backend: "openai" })[0]).toBe("openai/openai-1");
  });

  test("stays in sovereign mode where the faster model is in the cloud", () => {
    const choosing = situation({ config });
    slowDown(choosing, "local", "local-1");
    const { targets } = choose(choosing, { kind: "backend", backend: "local" }, "hello", true);
    expect(targets[0]?.backend.name).toBe("local");
  });
});

describe("a request's model", () => {
  const { backends } = situation();

  test.each([
    ["auto", { kind: "auto" }],
    ["claude", { kind: "backend", backend: "claude" }],
    ["claude/claude-2", { kind: "backend", backend: "claude", model: "claude-2" }],
  ])("%s", (text, choice) => {
    expect(parseModel(text, backends)).toEqual(choice);
  });

  test("may hold further slashes, and Ollama's :latest", () => {
    const pulled = situation({ listed: ["hf.co/x/y", "mistral"] }).backends;
    expect(parseModel("local/hf.co/x/y", pulled)).toMatchObject({ model: "hf.co/x/y" });
    expect(parseModel("local/mistral:latest", pulled)).toMatchObject({ model: "mistral:latest" });
  });

  test("anything else is a 404 that lists what exists, whatever it is", () => {
    const without = situation({ off: ["gemini"] }).backends;
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(text !== "auto" && !(backendNames as readonly string[]).includes(text));
        expect(() => parseModel(text, without)).toThrow(
          expect.objectContaining({
            code: "model_not_found",
            status: 404,
            message: expect.stringContaining("auto, claude, claude/claude-1"),
          }),
        );
      }),
    );
    expect(() => parseModel("gemini/x", without)).toThrow(RouterError);
  });
});
