import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AnswerName, MemoryStore, type StoredAnswer, type Turn } from "../../../../runtime/router/replay/index.ts";

const mebibyte = 1_048_576;
const limits = { ttlMs: 60_000, maxBytes: mebibyte };
const answerOf = (body: string): StoredAnswer => ({ kind: "json", headers: {}, body: Buffer.from(body) });

const named = (digest: string, tenant = "school"): AnswerName => ({ tenant, digest });

async function turn(store: MemoryStore, name: string, fingerprint = "f"): Promise<Turn> {
  const claim = await store.claim(named(name), fingerprint);
  if (claim.state !== "free") throw new Error(`${name} is ${claim.state}`);
  return claim.turn;
}

const stateOf = async (store: MemoryStore, name: string) => {
  const claim = await store.claim(named(name), "f");
  if (claim.state === "free") await claim.turn.release();
  return claim.state;
};

describe("a name in the store", () => {
  test("is one request's until that has ended, then has its answer", async () => {
    const store = new MemoryStore(limits);
    const first = await turn(store, "a", "f1");
    expect(await store.claim(named("a"), "f2")).toEqual({ state: "running", fingerprint: "f1" });
    await first.keep(answerOf("one"));
    expect(await store.claim(named("a"), "f2")).toMatchObject({
      state: "answered",
      fingerprint: "f1",
      answer: answerOf("one"),
    });
  });

  test("is free again after a request that was released", async () => {
    const store = new MemoryStore(limits);
    await (await turn(store, "a")).release();
    expect(await stateOf(store, "a")).toBe("free");
  });

  test("is not freed by a turn that was over before", async () => {
    const store = new MemoryStore(limits);
    const first = await turn(store, "a");
    await first.release();
    await turn(store, "a");
    await first.release();
    expect(await stateOf(store, "a")).toBe("running");
  });

  test("is free again when its answer is too old", async () => {
    let now = 1;
    const store = new MemoryStore(limits, () => now);
    await (await turn(store, "a")).keep(answerOf("one"));
    now += limits.ttlMs;
    expect(await stateOf(store, "a")).toBe("answered");
    now++;
    expect(await stateOf(store, "a")).toBe("free");
  });
});

describe("the store's size", () => {
  const third = "x".repeat(100_000);

  test("is bounded: the oldest answer goes first, also where it was asked for again", async () => {
    const store = new MemoryStore(limits);
    const names = Array.from({ length: 11 }, (_, index) => `name-${index}`);
    for (const name of names) {
      await (await turn(store, name)).keep(answerOf(third));
      await stateOf(store, "name-0");
    }
    expect(await stateOf(store, "name-0")).toBe("free");
    expect(await stateOf(store, "name-10")).toBe("answered");
  });

  test("is not taken by one answer that is larger than its share", async () => {
    const store = new MemoryStore(limits);
    for (const [name, bytes] of [
      ["fits", store.maxBodyBytes] as const,
      ["does not", store.maxBodyBytes + 1] as const,
    ]) {
      await (await turn(store, name)).keep(answerOf("x".repeat(bytes)));
    }
    expect(await stateOf(store, "fits")).toBe("answered");
    expect(await stateOf(store, "does not")).toBe("free");
  });

  test("holds no more than it may, whatever comes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(200_000), { maxLength: 30 }), async (sizes) => {
        const store = new MemoryStore(limits);
        let kept = 0;
        for (const [index, size] of sizes.entries()) {
          await (await turn(store, String(index))).keep(answerOf("x".repeat(size)));
        }
        for (const [index, size] of sizes.entries()) {
          if ((await stateOf(store, String(index))) === "answered") kept += size;
        }
        expect(kept).toBeLessThanOrEqual(limits.maxBytes);
      }),
      { numRuns: 20 },
    );
  });

  test("changes while requests run and answers are kept", async () => {
    const store = new MemoryStore({ ttlMs: 60_000, maxBytes: 4 * mebibyte });
    await (await turn(store, "kept")).keep(answerOf("one"));
    const running = await turn(store, "running");
    store.limit(limits);
    expect(store.maxBodyBytes).toBeLessThan(mebibyte / 8);
    expect(await stateOf(store, "kept")).toBe("answered");
    expect(await stateOf(store, "running")).toBe("running");
    await running.keep(answerOf("two"));
    expect(await stateOf(store, "running")).toBe("answered");
  });
});

describe("what is forgotten of a tenant", () => {
  const held = async (store: MemoryStore, name: AnswerName) => (await store.claim(name, "f")).state === "answered";

  test("is its answers, and those that are under way, and nothing of others", async () => {
    const store = new MemoryStore(limits);
    for (const tenant of ["school", "bank"]) {
      const claim = await store.claim(named("kept", tenant), "f");
      if (claim.state === "free") await claim.turn.keep(answerOf(tenant));
    }
    const running = await turn(store, "running");
    const replacing = await store.replace(named("replaced"), "f");
    await store.forget("school");
    await running.keep(answerOf("late"));
    await replacing.keep(answerOf("late"));
    for (const name of ["kept", "running", "replaced"]) expect(await held(store, named(name))).toBe(false);
    expect(await held(store, named("kept", "bank"))).toBe(true);
  });

  test("ends the tenant's era, and no other's", async () => {
    const [store, other] = [new MemoryStore(limits), new MemoryStore(limits)];
    const eraOf = async (tenant: string, of = store) => {
      const claim = await of.claim(named("a", tenant), "f");
      if (claim.state === "free") await claim.turn.keep(answerOf("x"));
      return "era" in claim ? claim.era : undefined;
    };
    const [before, bank] = [await eraOf("school"), await eraOf("bank")];
    expect(await eraOf("school")).toBe(before);
    await store.forget("school");
    const after = await eraOf("school");
    expect([after === before, await eraOf("bank")]).toEqual([false, bank]);
    expect([await eraOf("school"), (await eraOf("school", other)) === before]).toEqual([after, false]);
  });

  test("is not what comes after", async () => {
    const store = new MemoryStore(limits);
    await store.forget("school");
    await (await turn(store, "a")).keep(answerOf("new"));
    expect(await held(store, named("a"))).toBe(true);
  });
});

test("an answer takes the place of another where it is asked for anew", async () => {
  const store = new MemoryStore(limits);
  await (await turn(store, "a")).keep(answerOf("old"));
  await (await store.replace(named("a"), "f")).keep(answerOf("new"));
  expect(await store.claim(named("a"), "f")).toMatchObject({ state: "answered", answer: answerOf("new") });
});

test("an answer that is larger than it may be is not kept", async () => {
  const store = new MemoryStore({ ...limits, maxEntryBytes: 10 });
  await (await turn(store, "a")).keep(answerOf("x".repeat(10)));
  await (await turn(store, "b")).keep(answerOf("x".repeat(11)));
  expect([await stateOf(store, "a"), await stateOf(store, "b")]).toEqual(["answered", "free"]);
});
