import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type BudgetStore,
  Calendar,
  MemoryBudgetStore,
  openRedis,
  RedisBudgetStore,
  type ReserveOrder,
} from "../../../runtime/router/money/index.ts";
import { Failure, type Progress } from "../../engine/index.ts";
import { type Child, stopChildren } from "../child.ts";
import { cpuMsOf } from "../proc.ts";
import { redisCommand, startRedis } from "../redis.ts";
import { percentile } from "../statistics.ts";

export interface BudgetOptions {
  readonly seconds: number;
  /** Attempts that are open at the same time at most. */
  readonly connections: number;
}

/** What one attempt's reservation and settlement take, on all levels and in all periods. */
export interface BudgetResult {
  /** Of this process; microseconds of CPU. */
  readonly memoryCpuUs: number;
  readonly redis: {
    readonly perSecond: number;
    /** Of the Redis process; microseconds of CPU. */
    readonly serverCpuUs: number;
    /** Of the routers' side; microseconds of CPU. */
    readonly clientCpuUs: number;
    /** One reservation by itself, with nothing else under way; milliseconds. */
    readonly reserveP50: number;
    readonly reserveP99: number;
  };
}

const routers = 2;
const roundTrips = 2_000;
const limits = { key: { day: 9e14 }, tenant: { month: 9e14 }, stack: { day: 9e14, week: 9e14, month: 9e14 } };

/** Measures the budget in this process's memory, and in a Redis of its own on loopback. */
export async function measureBudget(options: BudgetOptions, progress: Progress): Promise<BudgetResult> {
  const command = redisCommand();
  progress.step("Reserving in memory.");
  const memoryCpuUs = await memoryCost(options);
  const folder = mkdtempSync(join(tmpdir(), "hybrid-llm-bench-"));
  try {
    const { child, port } = await startRedis(command, folder);
    progress.step(`Reserving in Redis, ${options.connections} at a time.`);
    return { memoryCpuUs, redis: await redisCost(options, child, port) };
  } finally {
    await stopChildren();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function memoryCost({ seconds }: BudgetOptions): Promise<number> {
  const store = new MemoryBudgetStore(new Calendar("UTC"));
  const run = (milliseconds: number): number => {
    const ends = performance.now() + milliseconds;
    let attempts = 0;
    while (performance.now() < ends) {
      for (let each = 0; each < 1_000; each++) {
        const order = nextOrder(attempts++);
        store.reserve(order);
        store.settle(order.id, 900, false);
      }
    }
    return attempts;
  };
  run(500);
  const before = process.cpuUsage();
  const attempts = run(seconds * 1_000);
  return cpuUsSince(before) / attempts;
}

async function redisCost({ seconds, connections }: BudgetOptions, server: Child, port: number) {
  const stores = await Promise.all(Array.from({ length: routers }, () => openStore(port)));
  try {
    await load(stores, connections, 1_000);
    const before = { server: cpuMsOf(server.pid), client: process.cpuUsage(), at: performance.now() };
    const attempts = await load(stores, connections, seconds * 1_000);
    const serverCpuUs = (1_000 * (cpuMsOf(server.pid) - before.server)) / attempts;
    const clientCpuUs = cpuUsSince(before.client) / attempts;
    const perSecond = (1_000 * attempts) / (performance.now() - before.at);
    const times = await singly(stores[0]);
    return {
      perSecond,
      serverCpuUs,
      clientCpuUs,
      reserveP50: percentile(times, 0.5),
      reserveP99: percentile(times, 0.99),
    };
  } finally {
    await Promise.all(stores.map((store) => store.close()));
  }
}

async function openStore(port: number): Promise<RedisBudgetStore> {
  const timeoutMs = 10_000;
  const address = { urls: [`redis://127.0.0.1:${port}`], cluster: false, timeoutMs };
  const client = openRedis(address, () => {});
  await new Promise((resolve) => client.once("ready", resolve));
  return new RedisBudgetStore({
    client,
    name: "daily_spend",
    calendar: new Calendar("UTC"),
    rebuild: async () => ({ spends: [], open: [], recent: [] }),
    onStoreLost: "refuse",
    commandTimeoutMs: timeoutMs,
    rebuildTimeoutMs: timeoutMs,
    rebuildGraceMs: 0,
  });
}

/** Attempts one after another at each of so many places; answers how many there were. */
async function load(stores: readonly BudgetStore[], places: number, milliseconds: number): Promise<number> {
  const ends = performance.now() + milliseconds;
  let attempts = 0;
  const place = async (store: BudgetStore) => {
    while (performance.now() < ends) {
      const order = nextOrder(attempts++);
      const reserved = await store.reserve(order);
      if (!reserved.ok) throw new Failure(`A reservation was refused: ${reserved.reason}.`);
      await store.settle(order.id, 900, false, order.now);
    }
  };
  const all = Array.from({ length: places }, (_, index) => stores[index % stores.length]);
  await Promise.all(all.map((store) => store && place(store)));
  return attempts;
}

/** Milliseconds of single reservations, ascending. */
async function singly(store: BudgetStore | undefined): Promise<number[]> {
  const times: number[] = [];
  for (let each = 0; store && each < roundTrips; each++) {
    const order = nextOrder(each);
    const started = performance.now();
    await store.reserve(order);
    times.push(performance.now() - started);
    await store.settle(order.id, 900, false, order.now);
  }
  return times.toSorted((a, b) => a - b);
}

function nextOrder(count: number): ReserveOrder {
  const now = Date.now();
  const who = { tenant: `tenant-${count % 20}`, key: `key${count % 200}` };
  return { id: randomUUID(), ...who, amount: 1_000, now, expiresAt: now + 600_000, limits };
}

function cpuUsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
