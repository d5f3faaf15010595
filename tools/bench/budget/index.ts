import type { Progress } from "../../engine/index.ts";
import { asJson, type Output, say, writeResult } from "../output.ts";
import { align } from "../table.ts";
import { type BudgetOptions, measureBudget } from "./run.ts";

/** What a budget costs each attempt, and how many attempts one Redis can account for; told on standard output. */
export async function benchBudget(options: BudgetOptions & Output, progress: Progress): Promise<void> {
  const { memoryCpuUs, redis } = await measureBudget(options, progress);
  say(
    align([
      ["Reserve and settle, each on three levels by day, week and month", ""],
      ["  in memory, CPU µs an attempt", memoryCpuUs.toFixed(1)],
      ["  in Redis, CPU µs an attempt, router", redis.clientCpuUs.toFixed(1)],
      ["  in Redis, CPU µs an attempt, Redis", redis.serverCpuUs.toFixed(1)],
      ["  in Redis, attempts a second, measured with this one process", redis.perSecond.toFixed(0)],
      ["  in Redis, attempts a second, where Redis has a core to itself", (1e6 / redis.serverCpuUs).toFixed(0)],
      ["  one reservation by itself, p50 ms", redis.reserveP50.toFixed(2)],
      ["  one reservation by itself, p99 ms", redis.reserveP99.toFixed(2)],
    ]),
  );
  if (options.json !== undefined) writeResult(options.json, asJson({ ...options, memoryCpuUs, redis }));
}
