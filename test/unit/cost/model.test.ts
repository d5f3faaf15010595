import { describe, expect, it } from "vitest";
import { type CostResource, estimate, ownHardware, unknownValue } from "../../../infra/cost/index.ts";
import { rules } from "../../../infra/cost/model/index.ts";
import { declared, families, nodeClass, noUsage, pool, resource, samples, withProperty } from "./support.ts";

const manifests = [noUsage(["us-east-1", "ap-northeast-1", "eu-west-1"])];
const cost = (...resources: CostResource[]) => estimate({ resources, manifests: [...manifests] });
const problemsOf = (...resources: CostResource[]) => cost(...resources).problems;
const totalOf = (...resources: CostResource[]) => {
  expect(problemsOf(...resources)).toEqual([]);
  return cost(...resources).total;
};
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("a driver of a cost", () => {
  const drivers = samples.flatMap(({ type, properties, drivers: paths }) =>
    paths.map((path) => ({ type, properties, path })),
  );

  it.each(samples)("is enough when it is whole: $type", ({ type, properties }) => {
    expect(totalOf(resource(type, properties)).expected).toBeGreaterThan(0);
  });

  it.each(drivers)("that is unknown makes $type unpriceable: $path", ({ type, properties, path }) => {
    const found = problemsOf(resource(type, withProperty(properties, path, unknownText)));
    expect(found.map(({ kind }) => kind)).toContain("unpriceable");
    expect(found.some(({ why }) => why.includes(path))).toBe(true);
  });

  it.each(drivers)("that is missing makes $type unpriceable: $path", ({ type, properties, path }) => {
    const found = problemsOf(resource(type, withProperty(properties, path, undefined)));
    expect(found.map(({ kind }) => kind)).toContain("unpriceable");
  });
});

describe("a resource", () => {
  it("of a type that nobody knows is unpriceable, also one made by a dynamic provider", () => {
    for (const type of ["aws:redshift/cluster:Cluster", "pulumi-nodejs:dynamic:Resource", "constructor"]) {
      expect(problemsOf(resource(type, {}))).toMatchObject([{ kind: "unpriceable", resource: `${type} it` }]);
    }
  });

  it("without a region, or in one without prices, is unpriceable", () => {
    const nat = resource("aws:ec2/natGateway:NatGateway", {});
    const { region: _, ...nowhere } = nat;
    expect(problemsOf(nowhere)[0]).toMatchObject({ kind: "unpriceable", region: "unknown" });
    expect(problemsOf({ ...nat, region: "sa-east-1" })[0]?.why).toContain("sa-east-1");
  });

  it("that is billed by use needs a declaration in its own region", () => {
    const nat = resource("aws:ec2/natGateway:NatGateway", {});
    const elsewhere = declared({ usage: [{ price: "nat.data", region: "eu-west-1", quantity: 0 }] });
    expect(estimate({ resources: [nat], manifests: [elsewhere] }).problems).toContainEqual(
      expect.objectContaining({ kind: "undeclared-usage", why: expect.stringContaining("nat.data in us-east-1") }),
    );
    expect(totalOf(nat).expected).toBeCloseTo(32.85, 6);
  });

  it("on one's own hardware costs nothing in a cluster, but a cloud's resource still does", () => {
    const claim = samples.find(({ type }) => type.endsWith("PersistentVolumeClaim"));
    expect(totalOf(resource(claim?.type ?? "", {}, { region: ownHardware })).expected).toBe(0);
    expect(problemsOf(resource("aws:ec2/natGateway:NatGateway", {}, { region: ownHardware }))).not.toEqual([]);
  });

  it("that is free has a reason", () => {
    for (const rule of Object.values(rules)) if ("free" in rule) expect(rule.free.length).toBeGreaterThan(10);
  });
});

describe("EKS", () => {
  it("may at worst come to extended support, unless it upgrades by itself", () => {
    const cluster = "aws:eks/cluster:Cluster";
    expect(totalOf(resource(cluster, {}))).toEqual({
      min: expect.closeTo(73, 6),
      expected: expect.closeTo(73, 6),
      max: expect.closeTo(438, 6),
    });
    expect(totalOf(resource(cluster, { upgradePolicy: { supportType: "STANDARD" } })).max).toBeCloseTo(73, 6);
    expect(problemsOf(resource(cluster, { computeConfig: { enabled: true } }))[0]?.why).toContain("Auto Mode");
  });

  it("prices a group's nodes from its smallest to its largest size, with their volumes", () => {
    const group = resource("aws:eks/nodeGroup:NodeGroup", {
      instanceTypes: ["m7g.large", "m7i.large"],
      scalingConfig: { minSize: 2, desiredSize: 3, maxSize: 6 },
      diskSize: 50,
    });
    const node = 0.1008 * 730 + 50 * 0.08;
    expect(totalOf(group)).toEqual({
      min: expect.closeTo(2 * node, 6),
      expected: expect.closeTo(3 * node, 6),
      max: expect.closeTo(6 * node, 6),
    });
  });

  it("takes a launch template's volumes, the largest while it isn't known which", () => {
    const template = (name: string, volumeSize: number) =>
      resource(
        "aws:ec2/launchTemplate:LaunchTemplate",
        { name, blockDeviceMappings: [{ ebs: { volumeType: "gp3", volumeSize } }] },
        { name },
      );
    const group = (name: string) =>
      resource("aws:eks/nodeGroup:NodeGroup", {
        instanceTypes: ["m7g.large"],
        scalingConfig: { minSize: 1, desiredSize: 1, maxSize: 1 },
        launchTemplate: { name, version: unknownText },
      });
    const both = [template("small", 20), template("large", 200)];
    const nodes = 0.0816 * 730;
    expect(totalOf(group("small"), ...both).expected).toBeCloseTo(nodes + 20 * 0.08, 6);
    expect(totalOf(group(unknownText), ...both).expected).toBeCloseTo(nodes + 200 * 0.08, 6);
    expect(problemsOf(group("small"))[0]?.why).toContain("no launch template");
  });

  it("refuses a desired size outside of its bounds", () => {
    const sizes = { minSize: 2, desiredSize: 9, maxSize: 3 };
    const group = resource("aws:eks/nodeGroup:NodeGroup", { instanceTypes: ["m7g.large"], scalingConfig: sizes });
    expect(problemsOf(group)[0]?.why).toContain("desiredSize must lie between");
  });
});

describe("a Karpenter pool", () => {
  const size = (...values: string[]) => ({ key: "karpenter.k8s.aws/instance-size", operator: "In", values });

  it("costs its limit in the dearest type of its family, and is expected to", () => {
    // g6.16xlarge has one GPU at 3.3968: four of them are dearer than one g6.24xlarge (6.6752).
    const total = totalOf(pool({ "nvidia.com/gpu": 4 }, [families("g6")]), nodeClass);
    const worst = 4 * 3.3968 * 730 + 4 * 100 * 0.08;
    expect(total).toEqual({ min: 0, expected: expect.closeTo(worst, 6), max: expect.closeTo(worst, 6) });
  });

  it("is bounded by each of its limits and by sizes", () => {
    const small = totalOf(pool({ "nvidia.com/gpu": "4", cpu: "16" }, [families("g6"), size("xlarge")]), nodeClass);
    expect(small.max).toBeCloseTo(4 * (0.8048 * 730 + 100 * 0.08), 6);
    const cpu = totalOf(pool({ "nvidia.com/gpu": 4, cpu: 8 }, [families("g6"), size("xlarge")]), nodeClass);
    expect(cpu.max).toBeCloseTo(2 * (0.8048 * 730 + 100 * 0.08), 6);
  });

  it.each([
    ["without limits", pool(undefined, [families("g6")]), "spec.limits is missing"],
    ["with limits on what isn't counted", pool({ pods: 4 }, [families("g6")]), "names neither"],
    ["with an unknown limit", pool({ "nvidia.com/gpu": unknownText }, [families("g6")]), "isn't known"],
    ["of any type", pool({ cpu: 4 }, []), "so any could come"],
    ["that only excludes", pool({ cpu: 4 }, [{ ...families("g6"), operator: "NotIn" }]), "so any could come"],
    ["of an unknown family", pool({ cpu: 4 }, [families("zz9")]), "no family zz9"],
    [
      "whose GPUs alone are limited while it may take others",
      pool({ "nvidia.com/gpu": 1 }, [families("m7g")]),
      "no GPU",
    ],
  ])("%s is unpriceable", (_, resourceOf, why) => {
    expect(problemsOf(resourceOf, nodeClass)[0]?.why).toContain(why);
  });

  it("of a family that isn't offered in its region is unpriceable", () => {
    const there = { region: "eu-west-1" };
    const found = problemsOf({ ...pool({ cpu: 64 }, [families("g6")]), ...there }, { ...nodeClass, ...there });
    expect(found[0]?.why).toContain("no type that is offered here");
  });

  it("needs the volumes of its node class", () => {
    expect(problemsOf(pool({ cpu: 64 }, [families("g6")]))[0]?.why).toContain("no EC2NodeClass gpu");
  });
});

describe("Cloudflare", () => {
  const use = declared({
    usage: ["workers.requests", "workers.cpu", "lb.queries"].map((price) => ({
      price,
      region: "cloudflare",
      quantity: 0,
    })),
  });
  const at = (name: string) => ({ name, region: "cloudflare" });

  it("bills a plan once for all scripts, and endpoints beyond those included", () => {
    const scripts = ["a", "b"].map((name) => resource("cloudflare:index/workersScript:WorkersScript", {}, at(name)));
    const pools = ["us", "eu"].map((name) =>
      resource("cloudflare:index/loadBalancerPool:LoadBalancerPool", { origins: [{}, {}] }, at(name)),
    );
    const balancer = resource("cloudflare:index/loadBalancer:LoadBalancer", { steeringPolicy: "geo" }, at("lb"));
    const { total, problems } = estimate({ resources: [...scripts, ...pools, balancer], manifests: [use] });
    expect(problems).toEqual([]);
    expect(total.expected).toBeCloseTo(5 + 5 + 10 + 2 * 5, 6);
  });
});

it("an unknown is a mark of its own, never a text that could be priced", () => {
  expect(resource("aws:ebs/volume:Volume", { type: unknownText }).properties.type).toBe(unknownValue);
});

describe("a read replica of RDS", () => {
  const type = "aws:rds/instance:Instance";
  const instance = { instanceClass: "db.m7g.large", storageType: "gp3" };
  const primary = resource(type, { ...instance, engine: "postgres", allocatedStorage: 100 }, { name: "primary" });
  const replica = resource(type, { ...instance, replicateSourceDb: unknownText }, { name: "replica" });

  it("costs what its primary costs, whose engine and size it has", () => {
    expect(totalOf(primary, replica).expected).toBeCloseTo(2 * totalOf(primary).expected, 6);
  });

  it("is unpriceable where nobody says what it follows, or two could be it", () => {
    expect(problemsOf(replica)).toMatchObject([
      { kind: "unpriceable", why: expect.stringContaining("engine is missing") },
    ]);
    const other = resource(type, { ...instance, engine: "postgres", allocatedStorage: 9 }, { name: "other" });
    expect(problemsOf(primary, other, replica)).toMatchObject([
      { kind: "unpriceable", why: expect.stringContaining("several databases") },
    ]);
  });
});
