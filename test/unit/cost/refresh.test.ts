import { describe, expect, it } from "vitest";
import { PriceFile } from "../../../infra/cost/index.ts";
import current from "../../../infra/cost/prices/prices.json" with { type: "json" };
import { type Offer, Offer as OfferForm, priceOf } from "../../../tools/prices/bulk.ts";
import { matchOf } from "../../../tools/prices/matches.ts";
import { bulkSource, refreshed, written } from "../../../tools/prices/refresh.ts";

/*
 * Samples of the price list's documented form, written by hand: they show that the form is read as documented, not that
 * every product of the live list is found.
 */

const term = (sku: string, ...tiers: [from: string, usd: string][]) => ({
  [`${sku}.JRTCKXETXF`]: {
    priceDimensions: Object.fromEntries(
      tiers.map(([beginRange, USD], index) => [
        `${sku}.JRTCKXETXF.${index}`,
        { unit: "Hrs", beginRange, pricePerUnit: { USD } },
      ]),
    ),
  },
});

const instance = (more: Record<string, string> = {}) => ({
  productFamily: "Compute Instance",
  attributes: {
    instanceType: "m7g.large",
    operatingSystem: "Linux",
    tenancy: "Shared",
    preInstalledSw: "NA",
    capacitystatus: "Used",
    usagetype: "EU-BoxUsage:m7g.large",
    ...more,
  },
});

const offer: Offer = OfferForm.parse({
  formatVersion: "v1.0",
  publicationDate: "2026-12-20T10:00:00Z",
  products: {
    A: instance(),
    B: instance({ tenancy: "Dedicated" }),
    C: instance({ capacitystatus: "UnusedCapacityReservation" }),
    D: { productFamily: "NAT Gateway", attributes: { usagetype: "EU-NatGateway-Hours" } },
    E: { productFamily: "Storage", attributes: { volumeApiName: "gp3" } },
    F: { productFamily: "Storage", attributes: { volumeApiName: "gp3" } },
    G: { productFamily: "API Request", attributes: { usagetype: "EU-Requests" } },
  },
  terms: {
    OnDemand: {
      A: term("A", ["0", "0.0920000000"]),
      B: term("B", ["0", "0.2000000000"]),
      C: term("C", ["0", "0.0920000000"]),
      D: term("D", ["0", "0.0480000000"]),
      E: term("E", ["0", "0.0880000000"]),
      F: term("F", ["0", "0.0990000000"]),
      G: term("G", ["1000000000", "0.0000003000"], ["0", "0.0000000000"], ["1000000", "0.0000004000"]),
    },
  },
});

const match = (id: string) => {
  const found = matchOf(id);
  if (!found) throw new Error(id);
  return found;
};

describe("a price of the list", () => {
  it("is that of the one product meant: shared, used, without the region's prefix", () => {
    expect(priceOf(offer, match("ec2.m7g.large"))).toBe(0.092);
    expect(priceOf(offer, match("nat.gateway"))).toBe(0.048);
  });

  it("is that of the first tier that isn't free, for as many units as the figure has", () => {
    expect(priceOf(offer, { service: "x", attributes: { usagetype: "Requests" }, size: 1_000_000 })).toBe(0.4);
  });

  it("is none where no product matches, or several of different prices do", () => {
    expect(() => priceOf(offer, match("alb.hour"))).toThrow("no product");
    expect(() => priceOf(offer, match("ebs.gp3.storage"))).toThrow("2 different prices");
  });
});

describe("a refreshed table", () => {
  const before = PriceFile.parse(current);
  const eu = async (_: string, region: string): Promise<Offer> => {
    if (region !== "eu-west-1") throw new Error("out of reach");
    return offer;
  };

  it("has new figures with their source and day, and keeps all others as they were", async () => {
    const { file, changed, kept } = await refreshed(before, eu, "2026-12-21");
    expect(changed).toEqual(["ec2.m7g.large eu-west-1: 0.091 → 0.092"]);
    expect(file.built).toBe("2026-12-21");
    const figure = (id: string, region: string) =>
      file.figures.find((each) => each.id === id && each.region === region);
    expect(figure("ec2.m7g.large", "eu-west-1")).toMatchObject({
      usd: 0.092,
      sources: [bulkSource],
      date: "2026-12-20",
    });
    expect(kept).toContain("ebs.gp3.storage eu-west-1: products of 2 different prices match");
    expect(kept).toContain("ec2.m7g.large us-east-1: out of reach");
    expect(file.figures).toHaveLength(before.figures.length);
    const old = (id: string) => before.figures.find((each) => each.id === id && each.region === "us-east-1");
    expect(figure("ec2.m7g.large", "us-east-1")).toEqual(old("ec2.m7g.large"));
  });

  it("is no new table where nothing could be had", async () => {
    const { file } = await refreshed(before, () => Promise.reject(new Error("no internet")), "2026-12-21");
    expect(file).toBe(before);
  });

  it("is written as it is read", () => {
    expect(JSON.parse(written(before))).toEqual(current);
  });
});
