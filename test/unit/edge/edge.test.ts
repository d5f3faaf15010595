import { describe, expect, test } from "vitest";
import { issueKey } from "../../../runtime/config/index.ts";
import { Confirmations } from "../../../runtime/edge/confirmations.ts";
import { Edge } from "../../../runtime/edge/edge.ts";
import { Holder } from "../../../runtime/edge/holder.ts";
import type { Kept, LocalCache } from "../../../runtime/edge/platform.ts";
import { cacheHitsPath, edgeTermsHeader, edgeTermsText } from "../../../runtime/edge/protocol.ts";

const generations = ["a", "b"].map((digit) => digit.repeat(32)) as [string, string];
const digest = "d".repeat(64);
const { key } = issueKey();

interface Region {
  generation: string;
  keepSeconds: number;
  /** What it answers instead. */
  refuses?: number;
  hitsRefused?: number;
  down: boolean;
}

/**
 * An edge whose clock the test has, before a region that answers each question with how often it was asked. KV and the data
 * centre's cache are stand-ins: maps that drop nothing by themselves.
 */
function stand(changes: Partial<{ confirmSeconds: number; cacheSeconds: number }> = {}) {
  const clock = { now: 1_800_000_000_000 };
  const region: Region = { generation: generations[0], keepSeconds: 300, down: false };
  const asked: string[] = [];
  const hits: unknown[] = [];
  const values = new Map<string, { value: Uint8Array; ttl: number }>();
  const kept: Kept = {
    get: async (name) => (values.get(name)?.value.slice().buffer as ArrayBuffer) ?? null,
    put: async (name, value, { expirationTtl: ttl }) => void values.set(name, { value, ttl }),
    delete: async (name) => void values.delete(name),
  };
  const local = new Map<string, Response>();
  const cache: LocalCache = {
    match: async (url) => local.get(url)?.clone(),
    put: async (url, response) => void local.set(url, response),
  };
  const warnings: string[] = [];
  const edge = new Edge({
    kept,
    cache,
    cacheSeconds: 300,
    confirmSeconds: 60,
    ...changes,
    now: () => clock.now,
    warn: (what) => void warnings.push(what),
    region: async (request) => {
      if (region.down) throw new TypeError("no region");
      if (new URL(request.url).pathname === cacheHitsPath) {
        hits.push([await request.json(), request.headers.get("authorization"), request.headers.get("x-request-id")]);
        const headers = { [edgeTermsHeader]: edgeTermsText(region) };
        return new Response(null, { status: region.hitsRefused ?? 204, headers });
      }
      asked.push(await request.text());
      const keep = region.keepSeconds > 0 ? { seconds: region.keepSeconds, answer: digest } : undefined;
      const headers = {
        "content-type": "application/json",
        "x-ratelimit-remaining-requests": "7",
        "x-router-backend": "openai",
        age: "12",
        [edgeTermsHeader]: edgeTermsText({ ...region, keep }),
      };
      return new Response(`answer ${asked.length}`, { status: region.refuses ?? 200, headers });
    },
  });
  const ask = async (body = "{}", headers: Record<string, string> = {}) => {
    const works: Promise<unknown>[] = [];
    const request = new Request("https://llm.example.com/v1/chat/completions", {
      method: "POST",
      body,
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        "content-length": String(body.length),
        ...headers,
      },
    });
    const response = await edge.answer(request, (work) => void works.push(work));
    const text = await response.text();
    await Promise.all(works);
    return { status: response.status, headers: response.headers, text, edge: response.headers.get("x-router-edge") };
  };
  return { clock, region, asked, hits, values, local, cache, kept, warnings, ask };
}

const said = async (of: ReturnType<typeof stand>, ...given: Parameters<typeof of.ask>) => {
  const { edge, text } = await of.ask(...given);
  return `${edge} ${text}`;
};

describe("a region's word", () => {
  test("is good for so long, and not a millisecond longer; it begins when the region was asked", async () => {
    const one = stand();
    expect(await said(one)).toBe("miss answer 1");
    one.region.hitsRefused = 503;
    one.clock.now += 59_999;
    expect(await said(one)).toBe("hit answer 1");
    one.clock.now += 1;
    expect(await said(one)).toBe("miss answer 2");
  });

  test("is renewed by each answer that it is told of, and by other answers to the same key", async () => {
    const one = stand();
    await one.ask();
    for (let i = 0; i < 4; i++) {
      one.clock.now += 50_000;
      expect(await said(one)).toBe("hit answer 1");
    }
    expect(one.hits).toHaveLength(4);
  });

  test("ends with the first refusal that it gives, whatever was refused", async () => {
    for (const refuses of [401, 403, 429]) {
      const one = stand();
      await one.ask();
      one.region.refuses = refuses;
      expect((await one.ask('{"other": 1}')).status).toBe(refuses);
      expect((await one.ask()).status).toBe(refuses);
    }
    for (const hitsRefused of [401, 404, 429]) {
      const one = stand();
      await one.ask();
      one.region.hitsRefused = hitsRefused;
      expect(await said(one)).toBe("hit answer 1");
      expect(await said(one)).toBe("miss answer 2");
    }
  });

  test("is the one that was asked for last, in whichever order they come", async () => {
    const one = stand();
    const confirmations = new Confirmations(one.cache, 60, () => one.clock.now);
    const holder = await Holder.of(key);
    const now = one.clock.now;
    const [before, after] = generations;
    for (const [words, expected] of [
      [
        [
          { at: now - 2, generation: after },
          { at: now - 3, generation: before },
        ],
        after,
      ],
      [[{ at: now }, { at: now - 1, generation: after }, { at: now, generation: after }], undefined],
      [[{ at: now + 1, generation: after }], after],
    ] as const) {
      for (const word of words) await confirmations.note(holder, word);
      expect(await confirmations.generationOf(holder)).toBe(expected);
    }
  });

  test("stands for its time where no region can be asked, and then nothing is given", async () => {
    const one = stand();
    await one.ask();
    one.region.down = true;
    expect(await said(one)).toBe("hit answer 1");
    one.clock.now += 60_000;
    expect((await one.ask()).status).toBe(503);
  });
});

describe("an answer", () => {
  test("of another generation is not found, and what a region refused is dropped", async () => {
    const one = stand();
    await one.ask();
    one.region.generation = generations[1];
    // The region says so with the first that it is told of.
    expect(await said(one)).toBe("hit answer 1");
    expect(await said(one)).toBe("miss answer 2");
    expect(await said(one)).toBe("hit answer 2");
    one.region.hitsRefused = 404;
    const before = one.values.size;
    await one.ask();
    expect(one.values.size).toBe(before - 1);
  });

  test("is given for as long as router and edge both let it, and is dropped by KV", async () => {
    for (const [keepSeconds, cacheSeconds, lasts, ttl] of [
      [100, 300, 100, 100],
      [3_600, 300, 300, 300],
      [5, 300, 5, 60],
    ] as const) {
      const one = stand({ cacheSeconds, confirmSeconds: 3_600 });
      one.region.keepSeconds = keepSeconds;
      await one.ask();
      expect([...one.values.values()].map((kept) => kept.ttl)).toEqual([ttl]);
      one.clock.now += lasts * 1_000 - 1;
      expect(await said(one)).toBe("hit answer 1");
      one.clock.now += 1;
      expect(await said(one)).toBe("miss answer 2");
    }
  });

  test("is not kept where the router does not say so, nor where it is no whole success", async () => {
    const one = stand();
    one.region.keepSeconds = 0;
    await one.ask();
    expect([one.values.size, await said(one)]).toEqual([0, "miss answer 2"]);
    const other = stand();
    other.region.refuses = 500;
    await other.ask();
    expect([other.values.size, other.local.size]).toEqual([0, 0]);
  });

  test("is given with its age and a name of its own, without what belonged to another request", async () => {
    const one = stand();
    await one.ask();
    one.clock.now += 3_400;
    const { headers } = await one.ask("{}", { "x-request-id": "mine" });
    expect(Object.fromEntries(headers)).toEqual({
      age: "15",
      "content-type": "application/json",
      "x-request-id": "mine",
      "x-router-backend": "openai",
      "x-router-edge": "hit",
    });
    expect(one.hits).toEqual([
      [{ route: "/v1/chat/completions", answer: digest, latency_ms: 0 }, `Bearer ${key}`, "mine"],
    ]);
  });
});

describe("whatever fails at the edge", () => {
  const broken = async () => {
    throw new Error(`with ${key} in its words`);
  };
  test.each<[string, (one: ReturnType<typeof stand>) => void]>([
    ["reading KV", ({ kept }) => Object.assign(kept, { get: broken })],
    ["writing KV", ({ kept }) => Object.assign(kept, { put: broken })],
    ["reading the cache", ({ cache }) => Object.assign(cache, { match: broken })],
    ["writing the cache", ({ cache }) => Object.assign(cache, { put: broken })],
    [
      "what is kept",
      ({ values }) =>
        (values.set = () => {
          throw new Error("full");
        }),
    ],
  ])("fails no request, and is told without its words: %s", async (_what, breaks) => {
    const one = stand();
    breaks(one);
    expect([await said(one), await said(one)]).toEqual(["miss answer 1", "miss answer 2"]);
    expect(one.warnings.length).toBeGreaterThan(0);
    expect(one.warnings.join()).not.toContain(key);
  });

  test("what is kept and can't be opened is asked for anew", async () => {
    const one = stand();
    await one.ask();
    for (const [name, { ttl }] of one.values) one.values.set(name, { value: new Uint8Array(40), ttl });
    expect(await said(one)).toBe("miss answer 2");
    expect(await said(one)).toBe("hit answer 2");
  });
});
