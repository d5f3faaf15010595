import fc from "fast-check";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { counter, gauge, histogram } from "../../../runtime/router/telemetry/series.ts";

const linesOf = async (registry: Registry, start: string) =>
  (await registry.metrics()).split("\n").filter((line) => line.startsWith(start));

test("a series is there, at 0, before anything is counted", async () => {
  const registry = new Registry();
  counter(registry, { name: "things_total", help: "Things.", labels: ["kind"] })("a");
  histogram(registry, { name: "h", help: "H.", labels: ["kind", "what"], buckets: [1] })("a", "b");
  expect(await linesOf(registry, "things_total")).toEqual(['things_total{kind="a"} 0']);
  expect(await linesOf(registry, "h_count")).toEqual(['h_count{kind="a",what="b"} 0']);
});

test("an amount that is none is left out of a histogram", async () => {
  const registry = new Registry();
  const seriesOf = histogram(registry, { name: "h", help: "H.", labels: ["l"], buckets: [1] });
  const strange = fc.oneof(
    fc.double({ max: -Number.MIN_VALUE, noNaN: true }),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
  );
  fc.assert(fc.property(strange, (value) => seriesOf("x").observe(value)));
  seriesOf("x").observe(0.5);
  expect(await linesOf(registry, "h_count")).toEqual(['h_count{l="x"} 1']);
  expect(await linesOf(registry, "h_sum")).toEqual(['h_sum{l="x"} 0.5']);
});

test("a metric never has more series than it may, and loses no count", async () => {
  const registry = new Registry();
  const seriesOf = counter(registry, { name: "c", help: "C.", labels: ["a", "b"] });
  for (let index = 0; index < 10_000; index++) seriesOf(String(index), "x").inc();
  const lines = await linesOf(registry, "c{");
  expect(lines.length).toBe(2_001);
  expect(lines.at(-1)).toBe('c{a="other",b="other"} 8000');
});

test("a gauge is read anew each time, and forgets what is gone", async () => {
  const registry = new Registry();
  let models = ["a", "b"];
  gauge(registry, { name: "g", help: "G.", labels: ["model"] }, (seriesOf) => {
    for (const model of models) seriesOf(model).set(models.length);
  });
  expect(await linesOf(registry, "g{")).toEqual(['g{model="a"} 2', 'g{model="b"} 2']);
  models = ["b"];
  expect(await linesOf(registry, "g{")).toEqual(['g{model="b"} 1']);
});
