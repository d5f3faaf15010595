import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { leaseMs } from "../../../runtime/router/alerts/claims/index.ts";
import { FileClaims, MemoryClaims, RedisClaims } from "../../../runtime/router/alerts/index.ts";
import { openRedis } from "../../../runtime/router/money/index.ts";
import { describeWithRedis, RedisServer } from "../../support/redis.ts";
import { eventually } from "../../support/wait.ts";

type Claims = MemoryClaims | FileClaims | RedisClaims;
const now = Date.now();
const endsAt = now + 3_600_000;

/** @param open claims of one more router at the same place */
function suite(open: () => Promise<() => Promise<Claims>>): void {
  test("one of many gets it, and the others hear how it went", async () => {
    const router = await open();
    const all = await Promise.all(Array.from({ length: 8 }, router));
    const taken = await Promise.all(all.map((claims) => claims.take("day:1:80:stack", now)));
    expect(taken.filter((each) => each === "mine")).toHaveLength(1);
    expect(taken.filter((each) => each !== "mine")).toEqual(Array(7).fill({ state: "sending", at: now }));
    const winner = all[taken.indexOf("mine")] as Claims;
    expect(await winner.keep("day:1:80:stack", now + 1)).toBe(true);
    await winner.settle("day:1:80:stack", { state: "sent", at: now + 2 }, endsAt);
    for (const claims of [...all, await router()]) {
      expect(await claims.take("day:1:80:stack", now + 3)).toEqual({ state: "sent", at: now + 2 });
    }
    expect(await winner.take("day:2:80:stack", now)).toBe("mine");
  });

  test("what its router leaves another gets", async () => {
    const router = await open();
    const [first, second] = [await router(), await router()];
    expect(await first.take("a", now)).toBe("mine");
    await first.release("a");
    expect(await second.take("a", now)).toBe("mine");
  });
}

describe("claims of a process", () => {
  suite(async () => {
    const claims = new MemoryClaims();
    return async () => claims;
  });
});

describe("claims of a folder", () => {
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), "hybrid-llm-claims-"));
    onTestFinished(() => rmSync(made, { recursive: true, force: true }));
    return join(made, "alerts");
  };
  suite(async () => {
    const at = folder();
    return async () => new FileClaims(at);
  });

  test("a router that died leaves its own to the next, which does not lose them to it again", async () => {
    const at = folder();
    const [dead, next] = [new FileClaims(at), new FileClaims(at)];
    await dead.take("a", now);
    expect(await next.take("a", now + leaseMs - 1)).toMatchObject({ state: "sending" });
    expect(await next.take("a", now + leaseMs + 1)).toBe("mine");
    expect(await dead.keep("a", now + leaseMs + 2)).toBe(false);
    await dead.release("a");
    expect(await dead.take("a", now + leaseMs + 2)).toMatchObject({ state: "sending" });
  });

  test("those of periods that are over are forgotten", async () => {
    const at = folder();
    const claims = new FileClaims(at);
    await claims.take("a", now);
    await claims.settle("a", { state: "sent", at: now }, endsAt);
    await claims.take("b", endsAt + 3 * 86_400_000);
    expect(readdirSync(at)).toHaveLength(1);
  });
});

describeWithRedis("claims in Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server?.stop());

  async function place(): Promise<{ name: string; router: () => Promise<RedisClaims> }> {
    const name = `budget-${randomUUID()}`;
    const router = async () => {
      const client = openRedis({ urls: [server.url], cluster: false, timeoutMs: 5_000 }, () => {});
      onTestFinished(() => client.disconnect());
      await eventually("a connection", () => client.status === "ready");
      return new RedisClaims(client, name);
    };
    return { name, router };
  }

  suite(async () => (await place()).router);

  test("a router that died leaves its own to the next, which does not lose them to it again", async () => {
    const { name, router } = await place();
    const [dead, next] = [await router(), await router()];
    await dead.take("a", now);
    expect(await next.take("a", now)).toMatchObject({ state: "sending" });
    const key = `{${name}}:alert:a`;
    const left = Number(await server.command("PTTL", key));
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(leaseMs);
    // Its time is over.
    await server.command("PEXPIRE", key, "0");
    expect(await next.take("a", now)).toBe("mine");
    expect(await dead.keep("a")).toBe(false);
    await dead.release("a");
    expect(await next.keep("a")).toBe(true);
  });

  test("are kept for a day beyond their period, and no longer", async () => {
    const { name, router } = await place();
    const claims = await router();
    await claims.take("a", now);
    await claims.settle("a", { state: "sent", at: now }, endsAt);
    const expires = Number(await server.command("PEXPIRETIME", `{${name}}:alert:a`));
    expect(expires).toBe(endsAt + 86_400_000);
  });
});
