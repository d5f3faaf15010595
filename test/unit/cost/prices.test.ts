import { describe, expect, it } from "vitest";
import { monthlyOf, PriceFile, PriceTable, priceTable } from "../../../infra/cost/prices/index.ts";
import file from "../../../infra/cost/prices/prices.json" with { type: "json" };
import { exactly } from "../../../infra/cost/range.ts";

const table = priceTable();
const expectedOf = (id: string, region: string, quantity: number): number =>
  monthlyOf(table.figure(id, region), exactly(quantity)).expected;

describe("the price table", () => {
  it("has its form, and a source for each figure", () => {
    const parsed = PriceFile.parse(file);
    expect(parsed.figures.length).toBeGreaterThan(600);
    expect(parsed.figures.every(({ sources }) => sources.every((source) => source in parsed.sources))).toBe(true);
  });

  it("refuses two figures of one key, and a source that is not there", () => {
    const parsed = PriceFile.parse(file);
    const [first] = parsed.figures;
    if (!first) throw new Error("no figure");
    expect(() => new PriceTable({ ...parsed, figures: [first, first] })).toThrow("twice");
    expect(() => new PriceTable({ ...parsed, figures: [{ ...first, sources: ["nobody"] }] })).toThrow("nobody");
  });

  it("never takes another region's figure", () => {
    expect(() => table.figure("ec2.g6.xlarge", "eu-west-1")).toThrow("ec2.g6.xlarge isn't offered in eu-west-1");
    expect(() => table.figure("aurora.io", "eu-west-1")).toThrow("no aurora.io for eu-west-1");
    expect(() => table.figure("nat.gateway", "sa-east-1")).toThrow("no region sa-east-1");
    expect(() => table.figure("no.such", "us-east-1")).toThrow("no no.such for us-east-1");
  });

  it("counts 730 hours a month, sizes, tiers and what is included", () => {
    expect(expectedOf("nat.gateway", "us-east-1", 2)).toBeCloseTo(2 * 0.045 * 730, 6);
    expect(expectedOf("kms.requests", "us-east-1", 20_000)).toBeCloseTo(0.06, 6);
    expect(expectedOf("egress.internet", "us-east-1", 20_000)).toBeCloseTo(10_240 * 0.09 + 9_760 * 0.085, 6);
    expect(expectedOf("workers.requests", "cloudflare", 12e6)).toBeCloseTo(0.6, 6);
    expect(expectedOf("workers.requests", "cloudflare", 1e6)).toBe(0);
  });

  it("has no price beyond where a figure holds", () => {
    expect(() => expectedOf("egress.internet", "us-east-1", 200_000)).toThrow("above 153600 a month");
    expect(() => expectedOf("s3.standard", "us-east-1", 60_000)).toThrow("above 51200");
  });

  it("knows its age", () => {
    expect(table.ageInDays(new Date("2026-11-29T12:00:00Z"))).toBe(0);
    expect(table.ageInDays(new Date("2027-03-01T00:00:00Z"))).toBe(92);
  });
});
