import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { parseRouterConfig } from "../../../runtime/config/index.ts";
import { ClientGone } from "../../../runtime/router/attempt-clock.ts";
import type { Backend } from "../../../runtime/router/backends.ts";
import type { Unsupported } from "../../../runtime/router/chat/index.ts";
import { failureOfStatus, UpstreamFailure } from "../../../runtime/router/providers/failure.ts";
import { type Permit, RetryBudget, Standings } from "../../../runtime/router/reliability/index.ts";
import type { Target } from "../../../runtime/router/targets.ts";
import { newTrail, type Trail } from "../../../runtime/router/trail.ts";
import { Vitals } from "../../../runtime/router/vitals.ts";
import { Walk } from "../../../runtime/router/walk.ts";

const { retries, breaker, predictive } = parseRouterConfig(
  { retries: { max: 2, baseMs: 1, capMs: 2, maxRetryAfterMs: 50 } },
  "test",
);
let standings: Standings;
let trail: Trail;

beforeEach(() => {
  standings = new Standings({ breaker, predictive });
  trail = newTrail();
});

function target(name: string, askedFor = false, disabled: Backend["disabled"] = () => undefined): Target {
  const retryBudget = new RetryBudget(retries);
  const backend = { name, vitals: new Vitals(), retryBudget, disabled } as unknown as Backend;
  return {
    backend,
    provider: {} as Target["provider"],
    model: "m",
    standing: standings.of(backend, "m"),
    reason: "r",
    askedFor,
  };
}

interface Walking {
  readonly lacking?: (target: Target) => readonly Unsupported[];
  readonly endsAt?: number;
  readonly client?: AbortSignal;
}

const walk = (targets: Target[], { lacking = () => [], endsAt = Number.POSITIVE_INFINITY, client }: Walking = {}) =>
  new Walk(
    { targets, passedOver: [] },
    lacking,
    { retries, endsAt, client: client ?? new AbortController().signal },
    trail,
  );

/** Each target fails as often as it has failures, then answers with its name. */
function scripted(script: Record<string, Error[]>) {
  const asked: string[] = [];
  const ask = async ({ backend, standing }: Target, permit: Permit) => {
    asked.push(backend.name);
    const failure = script[backend.name]?.shift();
    if (!failure) return { from: backend.name };
    if (failure instanceof UpstreamFailure) standing.failed(permit, failure, 1, false);
    throw failure;
  };
  return { asked, ask };
}

const status = (code: number, retryAfterMs?: number) => failureOfStatus(code, { message: "words" }, retryAfterMs);
const times = (count: number, make: () => Error) => Array.from({ length: count }, make);

describe("one target after the other is asked", () => {
  test("but not again, nor later, once its key is revoked", async () => {
    const { asked, ask } = scripted({ a: times(9, () => status(500)), b: times(9, () => status(500)) });
    const off = () => (asked.length > 0 ? "revoked" : undefined);
    await expect(walk([target("a", false, off), target("b", false, off)]).ask(ask)).rejects.toMatchObject({
      code: "all_backends_down",
      message: expect.stringContaining("b/m: revoked"),
    });
    expect(asked).toEqual(["a"]);
  });

  test("again after what may pass, as often as configured, then the next", async () => {
    const { asked, ask } = scripted({ a: times(9, () => status(500)) });
    expect(await walk([target("a"), target("b")]).ask(ask)).toEqual({ from: "b" });
    expect(asked).toEqual(["a", "a", "a", "b"]);
  });

  test.each([
    ["a deadline", new UpstreamFailure("no first token within 1 ms", { slow: true })],
    ["a key that is refused", status(401)],
    ["a pause that is too long to wait for", status(429, 51)],
  ])("not again after %s", async (_what, failure) => {
    const { asked, ask } = scripted({ a: [failure] });
    await walk([target("a"), target("b")]).ask(ask);
    expect(asked).toEqual(["a", "b"]);
  });

  test("not again before the pause that the provider asked for", async () => {
    const { asked, ask } = scripted({ a: [status(429, 30)] });
    const started = performance.now();
    expect(await walk([target("a")]).ask(ask)).toEqual({ from: "a" });
    expect(performance.now() - started).toBeGreaterThanOrEqual(30);
    expect(asked).toEqual(["a", "a"]);
  });

  test("not beyond the budget of retries", async () => {
    const { asked, ask } = scripted({ a: times(30, () => status(500)) });
    const one = target("a");
    while (one.backend.retryBudget.take());
    await walk([one, target("b")]).ask(ask);
    expect(asked).toEqual(["a", "b"]);
  });

  test("not where its circuit is open; the reason says when it is probed", async () => {
    const one = target("a");
    for (let i = 0; i < 3; i++) one.standing.breaker.failed({ probe: false });
    const { asked, ask } = scripted({ b: times(9, () => status(400)) });
    const failing = walk([one]).ask(ask);
    await expect(failing).rejects.toMatchObject({
      code: "all_backends_down",
      message: expect.stringContaining("a/m: its circuit is open, next probe in 60 s"),
      details: { headers: { "retry-after": "60" } },
    });
    expect(asked).toEqual([]);
  });

  test("once more where only a short pause stands in the way", async () => {
    const one = target("a");
    one.standing.breaker.failed({ probe: false }, 20);
    const { ask } = scripted({});
    expect(await walk([one]).ask(ask)).toEqual({ from: "a" });
  });

  test("and no error of our own is taken for a provider's", async () => {
    const { ask } = scripted({ a: [new TypeError("ours")] });
    await expect(walk([target("a"), target("b")]).ask(ask)).rejects.toThrow(TypeError);
  });
});

describe("where every target has had enough requests", () => {
  const open = (one: Target, ...failures: UpstreamFailure[]) => {
    for (const failure of failures) one.standing.failed({ probe: false }, failure, 1, false);
  };

  test("the client is told so, with each reason and the shortest wait", async () => {
    const { ask } = scripted({ a: [status(429, 90_000)], b: [status(429, 30_500)] });
    await expect(walk([target("a"), target("b")]).ask(ask)).rejects.toMatchObject({
      code: "rate_limited",
      status: 429,
      message: expect.stringContaining("a/m: HTTP 429, too many requests; b/m: HTTP 429, too many requests"),
      details: { headers: { "retry-after": "31" } },
    });
  });

  test("one that named no pause may be asked again after a second", async () => {
    const { ask } = scripted({ a: [status(429, 90_000)], b: times(3, () => status(429)) });
    const one = target("b");
    while (one.backend.retryBudget.take());
    await expect(walk([target("a"), one]).ask(ask)).rejects.toMatchObject({
      code: "rate_limited",
      details: { headers: { "retry-after": "1" } },
    });
  });

  test("a circuit that only limits opened counts as one of them", async () => {
    const [paused, counted] = [target("a"), target("b")];
    open(paused, status(500), status(429, 40_000));
    open(counted, ...[1, 2, 3].map(() => status(429)));
    const { asked, ask } = scripted({ c: [status(429, 70_000)] });
    await expect(walk([paused, counted, target("c")]).ask(ask)).rejects.toMatchObject({
      code: "rate_limited",
      details: { headers: { "retry-after": "40" } },
    });
    expect(asked).toEqual(["c"]);
  });

  test.each([
    ["a failure", times(3, () => status(500))],
    ["a failure before its limit", [status(500), status(429, 60_000)]],
    ["credit that is used up", [new UpstreamFailure("HTTP 429", { consequence: "alert", status: 429 })]],
  ])("%s of one of them is no limit: all are down", async (_what, failures) => {
    const { ask } = scripted({ a: failures, b: [status(429, 60_000)] });
    await expect(walk([target("a"), target("b")]).ask(ask)).rejects.toMatchObject({
      code: "all_backends_down",
      status: 503,
    });
  });

  test("is told of no other case", async () => {
    const limits = fc.integer({ min: 51, max: 90_000 }).map((pauseMs) => status(429, pauseMs));
    const others = fc.constantFrom(status(401), status(404), new UpstreamFailure("slow", { slow: true }), status(302));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(limits, others), { minLength: 1, maxLength: 5 }), async (failures) => {
        standings = new Standings({ breaker, predictive });
        trail = newTrail();
        const names = failures.map((_, index) => String(index));
        const { ask } = scripted(Object.fromEntries(failures.map((failure, index) => [String(index), [failure]])));
        const code = failures.every(({ limited }) => limited) ? "rate_limited" : "all_backends_down";
        await expect(walk(names.map((name) => target(name))).ask(ask)).rejects.toMatchObject({ code });
      }),
      { numRuns: 50 },
    );
  });

  test("a circuit that other failures opened is no limit: all are down", async () => {
    const broken = target("a");
    open(broken, status(429), status(500), status(429));
    const { ask } = scripted({ b: [status(429, 60_000)] });
    await expect(walk([broken, target("b")]).ask(ask)).rejects.toMatchObject({ code: "all_backends_down" });
  });
});

describe("a request that is refused", () => {
  test("is the client's: nobody else is asked", async () => {
    const { asked, ask } = scripted({ a: [status(422)] });
    const failing = walk([target("a"), target("b")]).ask(ask);
    await expect(failing).rejects.toMatchObject({ code: "upstream_rejected", status: 422, message: "a: words" });
    expect(asked).toEqual(["a"]);
  });

  test("for its length goes to the next model, once each; where all refuse, with the reason", async () => {
    const long = () => failureOfStatus(400, { message: "words", code: "context_length_exceeded" });
    const { asked, ask } = scripted({ a: [long()] });
    expect(await walk([target("a"), target("b")]).ask(ask)).toEqual({ from: "b" });
    expect(asked).toEqual(["a", "b"]);
    const all = scripted({ a: [long()], b: [long()] });
    await expect(walk([target("a"), target("b")]).ask(all.ask)).rejects.toMatchObject({
      code: "upstream_rejected",
      status: 400,
    });
  });
});

describe("what a target can't do", () => {
  const lacking = ({ backend }: Target) =>
    (backend.name as string) === "a" ? [{ param: "n", reason: "a gives one answer" }] : [];

  test("is a clear 400 where it was asked for", async () => {
    const { asked, ask } = scripted({});
    const failing = walk([target("a", true), target("b")], { lacking }).ask(ask);
    await expect(failing).rejects.toMatchObject({
      code: "invalid_request",
      status: 400,
      message: "n: a gives one answer",
    });
    expect(asked).toEqual([]);
  });

  test("is no matter where another can", async () => {
    const { ask } = scripted({});
    expect(await walk([target("a"), target("b")], { lacking }).ask(ask)).toEqual({ from: "b" });
  });

  test("is told where nobody can", async () => {
    const { ask } = scripted({});
    await expect(walk([target("a")], { lacking }).ask(ask)).rejects.toMatchObject({ code: "invalid_request" });
  });
});

describe("after an answer that broke off", () => {
  test("the next target goes on", async () => {
    const [a, b] = [target("a"), target("b")];
    const { ask } = scripted({});
    const one = walk([a, b]);
    await one.ask(ask);
    one.leave(a);
    expect(await one.ask(ask)).toEqual({ from: "b" });
  });

  test("the only target is asked once more, and not for ever", async () => {
    const a = target("a");
    const { ask } = scripted({});
    const one = walk([a]);
    await one.ask(ask);
    one.leave(a);
    expect(await one.ask(ask)).toEqual({ from: "a" });
    one.leave(a);
    await expect(one.ask(ask)).rejects.toMatchObject({ code: "all_backends_down" });
  });
});

test("a client that goes away ends the wait for a retry", async () => {
  const client = new AbortController();
  const { asked, ask } = scripted({ a: [status(429, 40)] });
  const waiting = walk([target("a")], { client: client.signal }).ask((one, permit) => {
    setImmediate(() => client.abort(new ClientGone()));
    return ask(one, permit);
  });
  await expect(waiting).rejects.toThrow(ClientGone);
  expect(asked).toEqual(["a"]);
});
