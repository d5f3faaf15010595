import { describe, expect, test } from "vitest";
import type { RouterConfigInput } from "../../../runtime/config/index.ts";
import { findPostgres, usePostgres } from "../../support/postgres.ts";
import { describeWithRedis, RedisServer } from "../../support/redis.ts";
import { eventually, until } from "../../support/wait.ts";
import { temporaryFolder } from "../router/process.ts";
import { errorOf, router, says } from "../router/support.ts";
import { ask, counting } from "./processes.ts";
import { spentOf } from "./support.ts";

const dollar = 1_000_000_000;
const programs = await findPostgres();

/** A paid backend and a free one, and clients of both that ask until they are told to stop. */
async function underLoad(environment: NodeJS.ProcessEnv) {
  const [openai, local] = await Promise.all([counting(says("rehearsal", { gapMs: 2 })), counting(says("rehearsal"))]);
  const config: RouterConfigInput = {
    failoverChain: ["openai"],
    prices: { "openai/big": { perRequest: 1 } },
    budgets: { stack: { day: 1_000_000 }, rebuildGraceMs: 100 },
    ledger: { directory: "ledger", batch: { rows: 50, intervalMs: 20 } },
    backends: {
      openai: { baseUrl: openai.url, rehearsal: true, defaultModel: "big" },
      local: { baseUrl: local.url, rehearsal: true },
    },
  };
  const started = await router({ config, environment, baseDirectory: temporaryFolder() });
  await eventually("a paid answer", async () => (await ask(started.url, { body: { model: "openai" } })) === 200);
  let stopped = false;
  const statuses = { openai: [] as number[], local: [] as number[] };
  const client = async (model: "openai" | "local") => {
    while (!stopped) statuses[model].push(await ask(started.url, { body: { model } }));
  };
  const clients = (["openai", "openai", "openai", "local", "local"] as const).map(client);
  const stop = async () => {
    stopped = true;
    await Promise.all(clients);
  };
  const { ledger } = started.spending;
  if (!ledger) throw new Error("no ledger");
  /** What the ledger has, once it has all of it. */
  const total = async () => {
    await eventually("the last rows", () =>
      ledger.flush().then(
        () => true,
        () => false,
      ),
    );
    const span = { from: new Date(Date.now() - 86_400_000), to: new Date(Date.now() + 86_400_000) };
    return (await ledger.costs({ ...span, groupBy: [] })).total;
  };
  return { router: started, openai, local, statuses, stop, total };
}

describeWithRedis("while Redis is gone", () => {
  test("nothing that costs is asked and what is free goes on; afterwards nothing is missing", async () => {
    const redis = await RedisServer.start();
    const { router: started, openai, statuses, stop, total } = await underLoad({ REDIS_URL: redis.url });
    await until(() => openai.every.length > 50);
    await redis.kill();
    await eventually("a refusal", () => statuses.openai.includes(503));
    // What had been reserved before may still be on its way.
    await eventually("the end of what was under way", () =>
      openai.every.every(({ request }) => request.state !== "open"),
    );
    const [asked, free] = [openai.every.length, statuses.local.length];
    for (let count = 0; count < 20; count++) {
      const refused = await started.chat({ model: "openai" });
      expect(refused.status).toBe(503);
      expect((await errorOf(refused)).message).toMatch(/what was spent can't be counted now: .*Redis/);
    }
    await until(() => statuses.local.length > free + 50);
    expect(openai.every).toHaveLength(asked);

    const again = await RedisServer.start({ port: redis.port });
    try {
      await until(() => openai.every.length > asked + 50);
      await stop();
      const spent = await spentOf(started);
      expect(spent).toBe(openai.every.length * dollar);
      expect((await total()).costNano).toBe(BigInt(spent));
      expect(new Set(statuses.local)).toEqual(new Set([200]));
      expect(new Set(statuses.openai)).toEqual(new Set([200, 503]));
    } finally {
      await started.drain();
      await again.stop();
      await redis.stop();
    }
  }, 60_000);
});

describe.skipIf(programs === undefined)("while PostgreSQL is gone", () => {
  if (programs === undefined) return;
  const server = usePostgres(programs);

  test("requests go on, paid and free, and no row of them is lost", async () => {
    const load = await underLoad({ DATABASE_URL: server().url("postgres", "pooler") });
    const { router: started, openai, local, statuses, stop, total } = load;
    await until(() => openai.every.length > 50);
    await server().kill();
    const asked = openai.every.length;
    await until(() => openai.every.length > asked + 100);
    await server().start();
    const more = openai.every.length;
    await until(() => openai.every.length > more + 50);
    await stop();
    const spent = await spentOf(started);
    expect(spent).toBe(openai.every.length * dollar);
    expect(await total()).toMatchObject({
      attempts: openai.every.length + local.every.length,
      costNano: BigInt(spent),
    });
    expect(new Set([...statuses.openai, ...statuses.local])).toEqual(new Set([200]));
    await started.drain();
  }, 60_000);

  test("a router that starts without it lets free requests through, and refuses paid ones with the reason", async () => {
    await server().kill();
    const local = await counting(says("rehearsal"));
    const started = await router({
      config: {
        failoverChain: ["openai"],
        // What the test before spent is in the ledger too.
        budgets: { stack: { day: 1_000_000 } },
        prices: { "openai/big": { perRequest: 1 } },
        ledger: { directory: "ledger" },
        backends: {
          openai: { baseUrl: local.url, rehearsal: true, defaultModel: "big", timeoutMs: 500 },
          local: { baseUrl: local.url, rehearsal: true },
        },
      },
      environment: { DATABASE_URL: server().url("postgres", "pooler") },
      baseDirectory: temporaryFolder(),
    });
    expect((await started.chat({ model: "local" })).status).toBe(200);
    const refused = await started.chat({ model: "openai" });
    expect(refused.status).toBe(503);
    expect((await errorOf(refused)).message).toContain("the ledger can't be read");
    expect(local.every).toHaveLength(1);
    await server().start();
    await eventually("a paid answer", async () => (await started.chat({ model: "openai" })).status === 200);
    await started.drain();
  }, 60_000);
});
