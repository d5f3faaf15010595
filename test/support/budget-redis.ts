import { randomUUID } from "node:crypto";
import {
  openRedis,
  type Rebuild,
  type RedisAddress,
  type RedisBudgetOptions,
  RedisBudgetStore,
} from "../../runtime/router/money/index.ts";
import { utc } from "./budget-suite.ts";
import { eventually } from "./wait.ts";

export const nothingSpent: Rebuild = async () => ({ spends: [], open: [], recent: [] });

/** A router's budget in Redis, once its connection is there. */
export async function openRedisStore(
  address: Pick<RedisAddress, "urls" | "cluster">,
  options: Partial<Omit<RedisBudgetOptions, "client">> = {},
): Promise<RedisBudgetStore> {
  const client = openRedis({ ...address, timeoutMs: options.commandTimeoutMs ?? 5_000 }, () => {});
  await eventually("a connection to Redis", () => client.status === "ready");
  return new RedisBudgetStore({
    client,
    name: `budget-${randomUUID()}`,
    calendar: utc,
    rebuild: nothingSpent,
    onStoreLost: "refuse",
    commandTimeoutMs: 5_000,
    rebuildTimeoutMs: 10_000,
    rebuildGraceMs: 0,
    ...options,
  });
}
