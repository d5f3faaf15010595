import { about } from "../region/index.ts";
import { storeKey } from "./managed-store.ts";

/** What decides the cost of AWS's PostgreSQL; see `ManagedPostgresArgs`. */
interface Sizes {
  readonly provider: "rds" | "aurora";
  readonly instances: number;
  readonly readReplicas: number;
  readonly storageGiB: number;
  readonly instanceClass: string;
}

/** Rows that are read and written for a GB that is stored, in a month: a guess, of which the worst case is a multiple. */
const ioOfGiB = 100_000;

/** PostgreSQL of AWS in figures of the price table, with its key, its master's secret and its log. */
export function managedPostgresCost({ provider, instances, readReplicas, storageGiB, instanceClass }: Sizes) {
  const common = {
    lines: { ...storeKey.lines, "secretsmanager.secret": 1 },
    usage: { ...storeKey.usage, "secretsmanager.requests": about(1_000), "cloudwatch.logs.ingest": about(1) },
  };
  if (provider === "aurora") {
    return {
      lines: { ...common.lines, [`aurora.postgres.${instanceClass}.standard`]: instances + readReplicas },
      usage: {
        ...common.usage,
        "aurora.storage.standard": about(storageGiB),
        "aurora.io": about(storageGiB * ioOfGiB),
      },
    };
  }
  // Storage grows by itself to twice its size.
  const grown = (count: number) => ({
    min: count * storageGiB,
    expected: count * storageGiB,
    max: 2 * count * storageGiB,
  });
  const acrossZones = instances > 1 ? 1 : 0;
  const counts = { "multi-az": acrossZones, "single-az": 1 - acrossZones + readReplicas };
  const lines: Record<string, number | ReturnType<typeof grown>> = { ...common.lines };
  for (const [zones, count] of Object.entries(counts)) {
    lines[`rds.postgres.${instanceClass}.${zones}`] = count;
    lines[`rds.gp3.storage.${zones}`] = grown(count);
  }
  return { lines, usage: common.usage };
}
