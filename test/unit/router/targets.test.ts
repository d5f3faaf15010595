import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backendNames, cloudBackends } from "../../../runtime/config/index.ts";
import type { Backend, Backends } from "../../../runtime/router/backends.ts";
import { RouterError, SecurityError } from "../../../runtime/router/errors.ts";
import type { LlmProvider } from "../../../runtime/router/providers/provider.ts";
import { chooseTargets, parseModel } from "../../../runtime/router/targets.ts";
import { Vitals } from "../../../runtime/router/vitals.ts";

const provider = {} as LlmProvider;

function backends(disabled: readonly string[] = []): Backends {
  const make = (name: (typeof backendNames)[number]): Backend => ({
    name,
    cloud: cloudBackends.includes(name),
    rehearsal: false,
    provider,
    disabled: () => (disabled.includes(name) ? "off" : undefined),
    models: [`${name}-1`, `${name}-2`],
    defaultMaxOutputTokens: 10,
    totalMs: 1,
    vitals: new Vitals(),
  });
  return Object.fromEntries(backendNames.map((name) => [name, make(name)])) as Record<
    (typeof backendNames)[number],
    Backend
  >;
}

const none = () => [];
const name = fc.constantFrom(...backendNames);
const names = fc.uniqueArray(name, { minLength: 1 });

describe("the order of the targets", () => {
  test("preferred first, then the chain; each backend once; none that may not be asked", () => {
    fc.assert(
      fc.property(
        fc.option(name, { nil: undefined }),
        names,
        fc.subarray([...backendNames]),
        (preferred, chain, off) => {
          const choice = preferred ? ({ kind: "backend", backend: preferred } as const) : ({ kind: "auto" } as const);
          const { targets, passedOver } = chooseTargets(choice, backends(off), chain, false);
          const order = [...(preferred ? [preferred] : []), ...chain.filter((one) => one !== preferred)];
          expect(targets.map(({ backend }) => backend.name)).toEqual(order.filter((one) => !off.includes(one)));
          expect(passedOver.map(({ backend }) => backend)).toEqual(order.filter((one) => off.includes(one)));
        },
      ),
    );
  });

  test("sovereign: a cloud backend is never a target, and asking for one is a SecurityError", () => {
    fc.assert(
      fc.property(
        fc.option(name, { nil: undefined }),
        names,
        fc.subarray([...backendNames]),
        (preferred, chain, off) => {
          const choose = () =>
            chooseTargets(
              preferred ? { kind: "backend", backend: preferred } : { kind: "auto" },
              backends(off),
              chain,
              true,
            );
          if (preferred && cloudBackends.includes(preferred)) expect(choose).toThrow(SecurityError);
          else expect(choose().targets.every(({ backend }) => !backend.cloud)).toBe(true);
        },
      ),
    );
  });

  test("the model that was asked for is for its backend only; the others get their own default", () => {
    const { targets } = chooseTargets(
      { kind: "backend", backend: "openai", model: "openai-2" },
      backends(),
      ["claude", "openai", "local"],
      false,
    );
    expect(targets.map(({ model }) => model)).toEqual(["openai-2", "claude-1", "local-1"]);
  });
});

describe("a request's model", () => {
  test.each([
    ["auto", { kind: "auto" }],
    ["claude", { kind: "backend", backend: "claude" }],
    ["claude/claude-2", { kind: "backend", backend: "claude", model: "claude-2" }],
  ])("%s", (text, choice) => {
    expect(parseModel(text, backends(), none)).toEqual(choice);
  });

  test("may hold further slashes, and Ollama's :latest", () => {
    const listed = () => ["hf.co/x/y", "mistral"];
    expect(parseModel("local/hf.co/x/y", backends(), listed)).toMatchObject({ model: "hf.co/x/y" });
    expect(parseModel("local/mistral:latest", backends(), listed)).toMatchObject({ model: "mistral:latest" });
  });

  test("anything else is a 404 that lists what exists, whatever it is", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(text !== "auto" && !(backendNames as readonly string[]).includes(text));
        expect(() => parseModel(text, backends(["gemini"]), none)).toThrow(
          expect.objectContaining({
            code: "model_not_found",
            status: 404,
            message: expect.stringContaining("auto, claude, claude/claude-1"),
          }),
        );
      }),
    );
    expect(() => parseModel("gemini/x", backends(["gemini"]), none)).toThrow(RouterError);
  });
});
