import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CostResource, checkBudget, estimate, totalsBy } from "../../../infra/cost/index.ts";
import { declared, families, nodeClass, noUsage, pool, resource, samples, withProperty } from "./support.ts";

const regions = ["us-east-1", "eu-west-1", "ap-northeast-1"];
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const manifests = [noUsage(regions)];

const region = fc.constantFrom(...regions);
const count = fc.integer({ min: 0, max: 20 });
const sized = fc
  .record({ region, count })
  .chain(({ region: at, count: size }) =>
    fc.constantFrom<CostResource>(
      resource("aws:ec2/natGateway:NatGateway", {}, { region: at }),
      resource("aws:ebs/volume:Volume", { type: "gp3", size: size * 10, iops: 3000 + size }, { region: at }),
      resource("aws:lb/loadBalancer:LoadBalancer", { subnets: Array(size).fill(unknownText) }, { region: at }),
      resource("aws:eks/cluster:Cluster", {}, { region: at, capability: "cluster" }),
      resource("cloudflare:index/loadBalancerPool:LoadBalancerPool", { origins: Array(size).fill({}) }),
      resource(
        "aws:eks/nodeGroup:NodeGroup",
        { instanceTypes: ["m7g.large"], scalingConfig: { minSize: size, desiredSize: size + 1, maxSize: size + 3 } },
        { region: at, capability: "cluster" },
      ),
    ),
  );
const plan = fc.array(sized, { maxLength: 12 });
const money = (resources: readonly CostResource[]) => estimate({ resources, manifests });
const slack = 1e-6;

describe("for every plan", () => {
  it("adding a resource never lowers the cost", () => {
    fc.assert(
      fc.property(plan, sized, (resources, one) => {
        const [before, after] = [money(resources).total, money([...resources, one]).total];
        expect(after.min).toBeGreaterThanOrEqual(before.min - slack);
        expect(after.expected).toBeGreaterThanOrEqual(before.expected - slack);
        expect(after.max).toBeGreaterThanOrEqual(before.max - slack);
      }),
    );
  });

  it("the total is the sum of its items, its regions and its capabilities", () => {
    fc.assert(
      fc.property(plan, (resources) => {
        const { items, total } = money(resources);
        for (const key of ["region", "capability"] as const) {
          const sum = totalsBy(items, key).reduce((all, [, each]) => all + each.expected, 0);
          expect(sum).toBeCloseTo(total.expected, 4);
        }
      }),
    );
  });

  it("the order of resources changes nothing", () => {
    fc.assert(
      fc.property(plan, (resources) => {
        expect(money([...resources].reverse()).total.expected).toBeCloseTo(money(resources).total.expected, 4);
      }),
    );
  });

  it("least ≤ expected ≤ most, for each item", () => {
    fc.assert(
      fc.property(plan, (resources) => {
        const wrong = money(resources).items.filter(
          ({ monthly: { min, expected, max } }) => !(min >= 0 && min <= expected + slack && expected <= max + slack),
        );
        expect(wrong).toEqual([]);
      }),
    );
  });

  it("one unknown among its drivers blocks, whatever the limit", () => {
    const limits = { monthlyInfrastructureUsd: 1e9, dailyLlmUsd: 1e9, warnAtPercent: 100 };
    const now = new Date("2026-12-01T00:00:00Z");
    const broken = fc
      .constantFrom(...samples)
      .chain(({ type, properties, drivers }) =>
        fc
          .constantFrom(...drivers)
          .map((path) => resource(type, withProperty(properties, path, unknownText), { name: "broken" })),
      );
    fc.assert(
      fc.property(plan, broken, (resources, one) => {
        const verdict = checkBudget({ limits, resources: [...resources, one], manifests, now });
        expect(verdict.problems).toContainEqual(
          expect.objectContaining({ kind: "unpriceable", resource: `${one.type} broken` }),
        );
        expect(verdict.status).toBe("block");
      }),
    );
  });

  it("a higher limit on a pool never costs less", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 32 }), fc.constantFrom("g4dn", "g5", "g6", "g6e"), (gpus, family) => {
        const at = (limit: number) =>
          money([pool({ "nvidia.com/gpu": limit }, [families(family)]), nodeClass]).total.max;
        expect(at(gpus + 1)).toBeGreaterThanOrEqual(at(gpus) - slack);
      }),
    );
  });

  it("what manifests declare beyond what is registered only adds", () => {
    fc.assert(
      fc.property(plan, region, count, (resources, at, quantity) => {
        const more = declared({ lines: [{ price: "nat.gateway", region: at, quantity }] });
        const after = estimate({ resources, manifests: [...manifests, more] }).total.expected;
        expect(after).toBeGreaterThanOrEqual(money(resources).total.expected - slack);
      }),
    );
  });
});
