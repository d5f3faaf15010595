import { describe, expect, test } from "vitest";
import { isCacheable, originOf } from "../../../../runtime/router/cache/cacheable.ts";
import type { Body } from "../../../../runtime/router/cache/name.ts";
import { wishOf } from "../../../../runtime/router/cache/wish.ts";
import type { FinishReason } from "../../../../runtime/router/chat/index.ts";
import type { Target } from "../../../../runtime/router/targets.ts";
import { newTrail, type Trail } from "../../../../runtime/router/trail.ts";

const chat = "/v1/chat/completions";
const exact: Body = { model: "m", temperature: 0 };

describe("a request may be answered from the cache", () => {
  test.each<[string, Body, boolean]>([
    [chat, { temperature: 0 }, true],
    [chat, { seed: 7 }, true],
    [chat, { temperature: 0.2 }, false],
    [chat, {}, false],
    ["/v1/messages", { temperature: 0 }, true],
    ["/v1/embeddings", { input: "a" }, true],
    ["/v1/route", { temperature: 0 }, false],
    ["/v1/messages/count_tokens", { temperature: 0 }, false],
  ])("where it is deterministic: %s %j %s", (route, body, cacheable) => {
    expect(isCacheable("deterministic", route, body, false)).toBe(cacheable);
  });

  test("always, where that is configured", () => expect(isCacheable("always", chat, {}, false)).toBe(true));

  test("only where it asks, where that is configured, and then also where it is not deterministic", () => {
    expect(isCacheable("asked", chat, exact, false)).toBe(false);
    expect(isCacheable("asked", "/v1/embeddings", {}, false)).toBe(false);
    expect(isCacheable("asked", chat, {}, true)).toBe(true);
    expect(isCacheable("deterministic", chat, {}, true)).toBe(true);
  });

  test.each<Body>([
    { store: true },
    { background: true },
    { web_search_options: {} },
    { mcp_servers: [{}] },
    { tools: [{ type: "web_search_20250305", name: "web_search" }] },
    { tools: [{ type: "function" }, { type: "code_interpreter" }] },
  ])("but never where it does something, or the world answers: %j", (body) => {
    expect(isCacheable("always", chat, { ...exact, ...body }, true)).toBe(false);
  });

  test.each<Body>([{ store: false }, { tools: [{ type: "function" }] }, { tools: [{ name: "a" }] }, { tools: [] }])(
    "with %j",
    (body) => expect(isCacheable("deterministic", chat, { ...exact, ...body }, false)).toBe(true),
  );
});

const meant = { model: "big" } as Target;
const answered = (reasons: readonly FinishReason[], more: Partial<Trail> = {}): Trail => ({
  ...newTrail(),
  outcome: "answered",
  backend: "openai",
  model: "big",
  reason: "asked for",
  attempts: 1,
  costNano: 5,
  target: meant,
  meant,
  said: { finishReasons: () => reasons },
  ...more,
});

describe("an answer is kept", () => {
  test.each<FinishReason>(["stop", "stop_sequence", "length", "tool_calls"])("that ended with %s", (reason) => {
    const { backend, model, costNano } = originOf(answered([reason]), chat) ?? {};
    expect({ backend, model, costNano }).toEqual({ backend: "openai", model: "big", costNano: 5 });
  });

  test.each<[string, Trail]>([
    ["was filtered", answered(["content_filter"])],
    ["was interrupted", answered(["pause"])],
    ["was filtered in one of its choices", answered(["stop", "content_filter"])],
    ["did not say how it ended", answered([])],
    ["broke off", answered(["stop"], { outcome: "broken_off" })],
    ["lost its client", answered(["stop"], { outcome: "client_gone" })],
    ["went on elsewhere", answered(["stop"], { continued: 1 })],
    ["came after a failure", answered(["stop"], { failures: [{ backend: "openai", reason: "500" }] })],
    ["is another model's than was meant", answered(["stop"], { target: { ...meant } })],
  ])("but not one that %s", (_what, trail) => expect(originOf(trail, chat)).toBeUndefined());

  test("of a stream, by its events", () => {
    const finish = (reason: FinishReason) => {
      const deltas = [{ type: "text", choice: 0, text: "" } as const, { type: "finish", choice: 0, reason } as const];
      return { ending: [{ kind: "finish", bytes: Buffer.alloc(0), deltas } as const] };
    };
    expect(originOf(answered([], { said: finish("stop") }), chat)).toBeDefined();
    expect(originOf(answered([], { said: finish("content_filter") }), chat)).toBeUndefined();
  });

  test("of vectors, which end in no way", () => {
    expect(originOf(answered([], { said: {} }), "/v1/embeddings")).toBeDefined();
  });
});

describe("what a request wishes", () => {
  const nothing = { on: false, off: false, anew: false, maxAge: Number.POSITIVE_INFINITY };
  test.each<[Record<string, string>, object]>([
    [{}, {}],
    [{ "x-router-cache": "on" }, { on: true }],
    [{ "x-router-cache": "off" }, { off: true }],
    [{ "cache-control": "no-store" }, { off: true }],
    [{ "cache-control": "No-Cache" }, { anew: true }],
    [{ "cache-control": "max-age=60, no-transform" }, { maxAge: 60 }],
    [{ "cache-control": "max-age=0,no-store" }, { maxAge: 0, off: true }],
    [{ "cache-control": "max-age=soon" }, {}],
  ])("%j", (headers, wish) => expect(wishOf(headers)).toEqual({ ...nothing, ...wish }));

  test("is an error where it is none", () => {
    expect(() => wishOf({ "x-router-cache": "yes" })).toThrow(/on or off/);
  });
});
