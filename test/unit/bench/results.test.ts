import { expect, test } from "vitest";
import { chartOf } from "../../../tools/bench/compare/chart.ts";
import type { Sample } from "../../../tools/bench/compare/measure.ts";
import { ratiosOf, rowsOf } from "../../../tools/bench/compare/results.ts";

function sample(system: string, round: number, values: Partial<Sample> = {}): Sample {
  return {
    case: { kind: "json", connections: 16, paced: false },
    system,
    round,
    requests: 1000,
    cpuUs: 100,
    upstreamCpuUs: 20,
    loadCpuUs: 20,
    perSecond: 500,
    p50: 5,
    p99: 20,
    firstP50: 4,
    firstP99: 10,
    ...values,
  };
}

test("what a system adds is the difference to the direct way in the same round", () => {
  const rows = rowsOf([
    sample("direct", 1, { p50: 1 }),
    sample("ours", 1, { p50: 3 }),
    sample("direct", 2, { p50: 11 }),
    sample("ours", 2, { p50: 12 }),
  ]);
  expect(rows.find(({ system }) => system === "ours")?.added.p50).toEqual({ median: 1.5, min: 1, max: 2 });
});

test("ratios are taken within each round, at 16 connections without pauses, then their median", () => {
  const other = { kind: "json", connections: 64, paced: false } as const;
  const paced = { kind: "json", connections: 16, paced: true } as const;
  const ratios = ratiosOf([
    ...[1, 2, 3].flatMap((round) => [
      sample("bare", round, { cpuUs: 100 * round }),
      sample("ours", round, { cpuUs: 200 * round }),
      sample("portkey", round, { cpuUs: 1200 * round }),
    ]),
    sample("bare", 1, { case: other, cpuUs: 1 }),
    sample("ours", 1, { case: other, cpuUs: 1 }),
    sample("ours", 1, { case: paced, cpuUs: 1 }),
  ]);
  expect(ratios.map(({ name, spread }) => [name, spread.median])).toEqual([
    ["json_cpu_vs_bare", 2],
    ["json_portkey_vs_ours", 6],
  ]);
});

test("a round in which a system failed says nothing about its cost", () => {
  const ratios = ratiosOf([
    sample("bare", 1),
    sample("ours", 1, { cpuUs: 5, failure: "status 500" }),
    sample("bare", 2),
    sample("ours", 2, { cpuUs: 150 }),
  ]);
  expect(ratios[0]?.spread).toEqual({ median: 1.5, min: 1.5, max: 1.5 });
});

test("a row says that one of its rounds failed", () => {
  const rows = rowsOf([sample("ours", 1), sample("ours", 2, { failure: "status 500" })]);
  expect(rows[0]?.failure).toBe("status 500");
});

test("the chart leaves out what failed, and the fake provider", () => {
  const chart = chartOf([
    sample("direct", 1, { cpuUs: 20 }),
    sample("bare", 1),
    sample("ours", 1, { cpuUs: 210 }),
    sample("portkey", 1, { cpuUs: 700, failure: "status 500" }),
  ]);
  expect(chart.match(/<rect/g)).toHaveLength(2);
  expect(chart).toContain("210 µs");
});
