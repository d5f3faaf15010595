import { expect, test } from "vitest";
import { type IdempotencyConfig, parseRouterConfig } from "../../../../runtime/config/index.ts";
import { type FirstAnswer, Replays } from "../../../../runtime/router/replay/index.ts";

const { idempotency } = parseRouterConfig({}, "test");
const caller = { keyId: "k1", tenant: "school", role: "client" } as const;
const request = { caller, route: "/v1/route", headers: {}, body: { prompt: "why?", deep: { a: 1, b: 2 } } };
const answer = { kind: "json", headers: {}, body: Buffer.from("{}") } as const;

async function first(
  replays: Replays,
  key: string,
  asked: Parameters<Replays["begin"]>[1] = request,
): Promise<FirstAnswer> {
  const begun = await replays.begin(key, asked);
  if (!("first" in begun) || !begun.first) throw new Error("it is not the first");
  return begun.first;
}

test("the same request is the same however its body is written", async () => {
  const replays = new Replays(() => idempotency);
  await (await first(replays, "k")).keep(answer);
  const reordered = { deep: { b: 2, a: 1 }, prompt: "why?" };
  expect(await replays.begin("k", { ...request, body: reordered })).toEqual({ answer });
});

test.each([
  ["route", { route: "/v1/embeddings" }],
  ["header that changes the answer", { headers: { "anthropic-version": "2026-10-21" } }],
  ["body", { body: { prompt: "how?" } }],
])("another %s is another request, finished or running", async (_what, change) => {
  const replays = new Replays(() => idempotency);
  await (await first(replays, "finished")).keep(answer);
  await first(replays, "running");
  for (const key of ["finished", "running"]) {
    await expect(replays.begin(key, { ...request, ...change })).rejects.toMatchObject({
      code: "invalid_request",
      details: { param: "idempotency-key" },
    });
  }
});

test.each([
  ["tenant", { tenant: "bank" }],
  ["key", { keyId: "k2" }],
])("nothing is shared with another %s", async (_what, other) => {
  const replays = new Replays(() => idempotency);
  await (await first(replays, "k")).keep(answer);
  await first(replays, "k", { ...request, caller: { ...caller, ...other } });
});

test("another configuration is followed without losing what is kept", async () => {
  let config: IdempotencyConfig = idempotency;
  const replays = new Replays(() => config);
  await (await first(replays, "small")).keep(answer);
  config = { ...idempotency, maxBytes: 1_048_576 };
  expect(await replays.begin("small", request)).toEqual({ answer });
  await (await first(replays, "large")).keep({ ...answer, body: Buffer.alloc(200_000) });
  await first(replays, "large");
});

test("a stream is kept only where it was whole and read to its end", async () => {
  const replays = new Replays(() => idempotency);
  const answered = { kind: "stream", headers: {} } as const;
  async function* chunks() {
    yield Buffer.from("a");
    yield Buffer.from("b");
  }
  for await (const _ of (await first(replays, "left")).recorded(chunks(), () => answered)) break;
  for await (const _ of (await first(replays, "broken")).recorded(chunks(), () => undefined));
  for await (const _ of (await first(replays, "whole")).recorded(chunks(), () => answered));
  await first(replays, "left");
  await first(replays, "broken");
  expect(await replays.begin("whole", request)).toEqual({
    answer: { kind: "stream", headers: {}, body: Buffer.from("ab") },
  });
});
