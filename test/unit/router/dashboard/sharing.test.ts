import { describe, expect, test } from "vitest";
import type { LiveRequest } from "../../../../runtime/dashboard/protocol.ts";
import { Incoming } from "../../../../runtime/router/dashboard/sharing/incoming.ts";
import { decode, encode, mostBytes } from "../../../../runtime/router/dashboard/sharing/message.ts";
import { Outgoing } from "../../../../runtime/router/dashboard/sharing/outgoing.ts";

const router = { name: "front", region: "eu", process: "host/1" };
const request = (number: number, more: Partial<LiveRequest> = {}): LiveRequest => ({
  number,
  id: `r${number}`,
  at: 1_000,
  route: "/v1/route",
  attempts: 0,
  failures: [],
  ...more,
});
const message = (requests: readonly LiveRequest[], from = "other") => encode({ from, router, requests });

function incoming() {
  let number = 0;
  return new Incoming("self", () => ++number, 0);
}

describe("a message", () => {
  test("comes back as it was, without what the receiver says itself", () => {
    const whole = request(7, {
      tenant: "school",
      failures: [{ backend: "openai", reason: "HTTP 500" }],
      ms: 5,
      cost: 1,
    });
    expect(decode(message([{ ...whole, router }]))).toEqual({ from: "other", router, requests: [whole] });
  });

  test("is no larger than it may be: the latest are in it, and long reasons are cut", () => {
    const failures = Array.from({ length: 50 }, () => ({ backend: "openai", reason: "x".repeat(5_000) }));
    const text = message(Array.from({ length: 300 }, (_, index) => request(index, { failures })));
    expect(Buffer.byteLength(text)).toBeLessThan(mostBytes + 500);
    const numbers = decode(text)?.requests.map(({ number }) => number) ?? [];
    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 300 - numbers.length + index));
  });

  test.each(["", "{", "[]", '{"from":1}', '{"from":"a","router":{"name":"b"},"requests":[]}'])(
    "that is none is not taken: %s",
    (text) => {
      expect(decode(text)).toBeUndefined();
      expect(incoming().take(text, 0)).toEqual([]);
    },
  );

  test("of a newer version, or with a request that is none, is taken as far as it is understood", () => {
    const told = JSON.parse(message([request(1), request(2)]));
    told.news = true;
    told.requests[0].id = 5;
    told.requests[1].more = "news";
    expect(decode(JSON.stringify(told))?.requests).toEqual([request(2)]);
  });
});

describe("what is told", () => {
  const told = (texts: readonly string[]) =>
    texts.map((text) => decode(text)?.requests.map(({ number, ms }) => [number, ms]));

  test("is each request once, as it is now, and nothing now and then so that silence means something", async () => {
    const outgoing = new Outgoing("self", router);
    const texts: string[] = [];
    const publish = async (text: string) => texts.push(text);
    outgoing.put(request(1));
    outgoing.put(request(2));
    outgoing.put(request(1, { ms: 5 }));
    await outgoing.tell(0, publish);
    await outgoing.tell(500, publish);
    await outgoing.tell(2_500, publish);
    expect(told(texts)).toEqual([
      [
        [2, undefined],
        [1, 5],
      ],
      [],
    ]);
  });

  test("is told again where it could not be told, as it is then, and no more than there is room for", async () => {
    const outgoing = new Outgoing("self", router);
    for (let number = 1; number <= 100; number++) outgoing.put(request(number));
    await outgoing.tell(0, async () => {
      outgoing.put(request(3, { ms: 5 }));
      outgoing.put(request(101));
      throw new Error("Redis is away");
    });
    const texts: string[] = [];
    await outgoing.tell(500, async (text) => texts.push(text));
    const [rows = []] = told(texts);
    expect(rows).toHaveLength(100);
    expect(rows.slice(-2)).toEqual([
      [3, 5],
      [101, undefined],
    ]);
    expect(rows[0]).toEqual([2, undefined]);
  });
});

describe("what is heard", () => {
  test("is shown with its router and a number of this one's, the same for as long as it is told of", () => {
    const heard = incoming();
    expect(heard.take(message([request(7), request(8)]), 0)).toEqual([
      request(7, { number: 1, router }),
      request(8, { number: 2, router }),
    ]);
    expect(heard.take(message([request(7, { ms: 5 })]), 1)).toEqual([request(7, { number: 1, router, ms: 5 })]);
    expect(heard.take(message([request(7)], "third"), 1).map(({ number }) => number)).toEqual([3]);
    expect(heard.others(2)).toBe(2);
    expect(heard.take(message([request(9)], "self"), 2)).toEqual([]);
  });

  test("says when a request has not been heard of for long, once, and takes it back when it is", () => {
    const heard = incoming();
    heard.take(message([request(1), request(2, { ms: 5 })]), 0);
    expect(heard.lost(9_999)).toEqual([]);
    expect(heard.lost(10_000)).toEqual([
      expect.objectContaining({ id: "r1", outcome: "unheard", ms: expect.any(Number) }),
    ]);
    expect(heard.lost(20_000)).toEqual([]);
    expect(heard.take(message([request(1)]), 20_001)).toEqual([request(1, { number: 1, router })]);
    expect(heard.others(20_002)).toBeUndefined();
  });

  test("is nothing where this router does not hear itself", () => {
    const heard = incoming();
    expect(heard.others(1_000)).toBe(0);
    heard.take(message([]), 6_500);
    expect(heard.others(6_500)).toBeUndefined();
    heard.take(message([], "self"), 7_000);
    expect(heard.others(7_000)).toBe(1);
    expect(heard.others(13_500)).toBeUndefined();
  });

  test("is read no faster than is good for requests: the rest is dropped", () => {
    const heard = incoming();
    const large = message(Array.from({ length: 100 }, (_, index) => request(index, { reason: "x".repeat(550) })));
    let taken = 0;
    for (let count = 0; count < 100; count++) taken += Number(heard.take(large, 500).length > 0);
    expect(taken).toBeGreaterThan(5);
    expect(taken).toBeLessThan(50);
    expect(heard.take(large, 1_500).length).toBeGreaterThan(0);
    expect(heard.take(`${" ".repeat(3 * mostBytes)}${message([request(1)])}`, 2_500)).toEqual([]);
  });
});
