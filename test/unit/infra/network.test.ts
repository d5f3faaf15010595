import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatNetwork,
  parseNetwork,
  planSubnets,
  prefixes,
  takeZones,
  zonesInPlan,
  zonesOfRegion,
} from "../../../infra/addresses/index.ts";
import { overlap } from "../../../stacks/config/index.ts";

const zones = Array.from({ length: zonesInPlan }, (_, index) => `az${index + 1}`);
const network = fc
  .tuple(fc.integer({ min: prefixes.min, max: prefixes.max }), fc.nat({ max: 2 ** 32 - 1 }))
  .map(([prefix, address]) => formatNetwork({ first: address - (address % 2 ** (32 - prefix)), prefix }));
const tiers = ["public", "private", "data"] as const;

describe("the plan of a region's network", () => {
  it("gives each zone a quarter: half of it private, a sixteenth public, an eighth for data", () => {
    expect(planSubnets("10.10.0.0/16", ["euw1-az1", "euw1-az2"])).toEqual([
      { zone: "euw1-az1", private: "10.10.0.0/19", public: "10.10.32.0/22", data: "10.10.48.0/21" },
      { zone: "euw1-az2", private: "10.10.64.0/19", public: "10.10.96.0/22", data: "10.10.112.0/21" },
    ]);
  });

  it("has subnets inside of it that don't overlap, and that AWS takes", () => {
    fc.assert(
      fc.property(network, fc.integer({ min: 1, max: zonesInPlan }), (cidr, count) => {
        const subnets = planSubnets(cidr, zones.slice(0, count)).flatMap((zone) => tiers.map((tier) => zone[tier]));
        const whole = parseNetwork(cidr);
        for (const [index, subnet] of subnets.entries()) {
          const { first, prefix } = parseNetwork(subnet);
          expect(prefix).toBeLessThanOrEqual(28);
          expect(first).toBeGreaterThanOrEqual(whole.first);
          expect(first + 2 ** (32 - prefix)).toBeLessThanOrEqual(whole.first + 2 ** (32 - whole.prefix));
          for (const earlier of subnets.slice(0, index)) expect(overlap(earlier, subnet)).toBe(false);
        }
      }),
    );
  });

  it("moves nothing when a zone comes later", () => {
    fc.assert(
      fc.property(network, fc.integer({ min: 1, max: zonesInPlan - 1 }), (cidr, count) => {
        const before = planSubnets(cidr, zones.slice(0, count));
        expect(planSubnets(cidr, zones.slice(0, count + 1)).slice(0, count)).toEqual(before);
      }),
    );
  });

  it.each([
    ["10.0.0.0/15", "from /16 to /20"],
    ["10.0.0.0/21", "from /16 to /20"],
    ["10.0.1.0/16", "the network's own address is 10.0.0.0/16"],
    ["10.0.0.256/16", "an IPv4 network"],
    ["10.0.0.0", "an IPv4 network"],
    ["fd00::/48", "an IPv4 network"],
  ])("refuses %s", (cidr, allowed) => {
    expect(() => planSubnets(cidr, ["az1"])).toThrow(allowed);
  });

  it("reads networks as it writes them", () => {
    fc.assert(
      fc.property(network, (cidr) => {
        expect(formatNetwork(parseNetwork(cidr))).toBe(cidr);
      }),
    );
  });
});

describe("zones", () => {
  it("are taken in their order, by ids that belong to the region", () => {
    expect(takeZones("ap-northeast-1", 3)).toEqual(["apne1-az1", "apne1-az2", "apne1-az4"]);
    for (const all of Object.values(zonesOfRegion)) {
      expect(new Set(all).size).toBe(all.length);
      expect(new Set(all.map((zone) => zone.replace(/\d$/, ""))).size).toBe(1);
    }
  });

  it("are refused where there are fewer, and where the region is unknown", () => {
    expect(() => takeZones("eu-west-1", 4)).toThrow("eu-west-1 has 3 usable zones, not 4");
    expect(() => takeZones("xx-west-1", 2)).toThrow("the regions in the table are us-east-1");
  });
});
