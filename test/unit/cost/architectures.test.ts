import { describe, expect, it } from "vitest";
import { estimate, readList } from "../../../infra/cost/index.ts";

/*
 * Five architectures, each beside a calculation by hand: its figures are copied from the price lists that the table
 * names, not read from the table.
 */

const H = 730;

interface Architecture {
  readonly name: string;
  readonly resources: readonly Record<string, unknown>[];
  /** US dollars a month, by hand. */
  readonly byHand: number;
}

const us = "us-east-1";
const eu = "eu-west-1";
const tokyo = "ap-northeast-1";
const pg = "aws:rds/instance:Instance";

const architectures: readonly Architecture[] = [
  {
    name: "a small region: one cluster, two nodes, one gateway",
    resources: [
      { type: "eks-cluster", region: eu },
      { type: "ec2", region: eu, instanceType: "t4g.large", quantity: 2, diskGiB: 50 },
      { type: "nat-gateway", region: eu, dataGB: 200 },
      { type: "public-ipv4", region: eu },
      { type: "nlb", region: eu, lcu: 1 },
      { type: "data-transfer", to: "internet", region: eu, dataGB: 100 },
    ],
    byHand:
      0.1 * H + // control plane
      2 * (0.0736 * H + 50 * 0.088) + // nodes with 50 GiB of gp3
      (0.048 * H + 200 * 0.048) + // NAT and 200 GB through it
      0.005 * H + // its address
      (0.0252 + 0.006) * H + // NLB and one NLCU
      100 * 0.09, // to the internet
  },
  {
    name: "one region with GPUs and managed stores",
    resources: [
      { type: "eks-cluster", region: us },
      { type: "ec2", region: us, instanceType: "m7g.large", quantity: 3, diskGiB: 50 },
      { type: "ec2", region: us, instanceType: "g6.xlarge", quantity: 4, diskGiB: 200 },
      { type: "nat-gateway", region: us, quantity: 3, dataGB: 100 },
      { type: "rds", region: us, instanceClass: "db.m7g.large", multiAz: true, storageGiB: 100 },
      { type: "elasticache", region: us, engine: "valkey", nodeType: "cache.m7g.large", quantity: 2 },
      { type: "vpc-endpoint", region: us, zones: 3, quantity: 5 },
      { type: "kms-key", region: us, quantity: 3, requests: 100_000 },
    ],
    byHand:
      0.1 * H +
      3 * (0.0816 * H + 50 * 0.08) +
      4 * (0.8048 * H + 200 * 0.08) +
      3 * (0.045 * H + 100 * 0.045) +
      (0.336 * H + 100 * 0.23) +
      2 * 0.1264 * H +
      5 * 3 * 0.01 * H +
      3 * (1 + 10 * 0.03),
  },
  {
    name: "three regions behind Cloudflare",
    resources: [us, eu, tokyo]
      .flatMap((region) => [
        { type: "eks-cluster", region },
        { type: "ec2", region, instanceType: "m7g.large", quantity: 3 },
        { type: "nat-gateway", region, quantity: 3 },
        { type: "alb", region, lcu: 2 },
      ])
      .concat([
        { type: "cloudflare-workers", requests: 50e6, cpuMs: 100e6 } as never,
        { type: "cloudflare-load-balancer", endpoints: 3, steering: true, queries: 2e6 } as never,
      ]),
    byHand:
      3 * 0.1 * H +
      3 * (0.0816 + 0.091 + 0.1054) * H +
      3 * (0.045 + 0.048 + 0.062) * H +
      (0.0225 + 0.0252 + 0.0243 + 3 * 2 * 0.008) * H +
      (5 + 40 * 0.3 + 70 * 0.02) + // plan, 40 M requests and 70 M ms beyond what it includes
      (5 + 1 * 5 + 10 + 3 * 0.5), // base, third endpoint, steering, 1.5 M queries beyond
  },
  {
    name: "the same data in Pulumi's own types",
    resources: [
      {
        type: "aws:eks/nodeGroup:NodeGroup",
        region: tokyo,
        instanceTypes: ["m7i.xlarge"],
        scalingConfig: { minSize: 2, desiredSize: 4, maxSize: 8 },
        diskSize: 100,
      },
      {
        type: pg,
        region: tokyo,
        engine: "postgres",
        instanceClass: "db.r7g.large",
        storageType: "gp3",
        allocatedStorage: 500,
      },
      { type: "ebs", region: tokyo, sizeGiB: 1000, iops: 6000, throughput: 250 },
    ],
    byHand: 4 * (0.2604 * H + 100 * 0.096) + (0.287 * H + 500 * 0.138) + (1000 * 0.096 + 3000 * 0.006 + 125 * 0.048),
  },
  {
    name: "a global API with serverless parts",
    resources: [
      { type: "api-gateway", region: us, requests: 100e6 },
      { type: "global-accelerator", dataGB: { "na-na": 1000, "na-apac": 500 } },
      { type: "data-transfer", to: "internet", region: us, dataGB: 15_000 },
      { type: "route53-zone", queries: 10e6, latencyQueries: 5e6 },
      { type: "route53-health-check", quantity: 3, options: 1 },
      { type: "logs", region: us, ingestGB: 300, storageGB: 900 },
      { type: "s3", region: us, storageGB: 2000 },
      { type: "secret", region: us, quantity: 10, requests: 50_000 },
      { type: "sqs.standard", region: us, quantity: 20e6 },
    ],
    byHand:
      100 * 1.0 +
      (0.025 * H + 1000 * 0.015 + 500 * 0.035) +
      (10_240 * 0.09 + 4_760 * 0.085) +
      (0.5 + 10 * 0.4 + 5 * 0.6) +
      3 * (0.75 + 2) +
      (300 * 0.5 + 900 * 0.03) +
      2000 * 0.023 +
      10 * (0.4 + 5 * 0.05) +
      20 * 0.4,
  },
];

describe("an estimate", () => {
  it.each(architectures)("is what the calculation by hand says, within 2 %: $name", ({ resources, byHand }) => {
    const list = readList(JSON.parse(JSON.stringify(resources)));
    expect(list.mistakes).toEqual([]);
    const { total, problems } = estimate(list);
    expect(problems).toEqual([]);
    expect(Math.abs(total.expected / byHand - 1)).toBeLessThan(0.02);
  });
});

describe("a list", () => {
  const mistakesIn = (...entries: unknown[]) => readList(entries).mistakes;

  it("tells every mistake at once", () => {
    expect(
      mistakesIn(
        { type: "ec3", region: us },
        { type: "ec2", region: us },
        { type: "eks-cluster" },
        { type: "nat-gateway", region: us, dataGb: 1 },
      ),
    ).toEqual([
      expect.stringContaining('resources[0]: type "ec3"; allowed is one of eks-cluster, ec2'),
      expect.stringContaining("resources[1].instanceType"),
      expect.stringContaining("resources[2]: region is missing"),
      expect.stringContaining("dataGb"),
    ]);
    expect(readList("no list").mistakes).toHaveLength(1);
    expect(mistakesIn({ type: "constructor", region: us })[0]).toContain("allowed is one of eks-cluster, ");
    const falling = { min: 2, expected: 1, max: 1 };
    expect(mistakesIn({ type: "nat-gateway", region: us, quantity: falling })[0]).toContain("must not fall");
    expect(mistakesIn({ type: "nat.gateway", region: us, dataGB: 1 })[0]).toContain("dataGB is not allowed");
  });

  it("prices a range", () => {
    const { total } = estimate(
      readList([{ type: "nat-gateway", region: us, quantity: { min: 1, expected: 2, max: 3 } }]),
    );
    expect([total.min, total.expected, total.max].map((each) => Math.round(each * 100) / 100)).toEqual([
      32.85, 65.7, 98.55,
    ]);
  });

  it("counts resources of Pulumi's types, with their inputs apart or beside", () => {
    const volume = { type: "aws:ebs/volume:Volume", region: us, inputs: { type: "gp3", size: 100 }, quantity: 3 };
    expect(estimate(readList([volume])).total.expected).toBeCloseTo(24, 6);
    expect(mistakesIn({ ...volume, quantity: 1.5 })[0]).toContain("whole resources");
  });

  it("has no price for what the table lacks, and says so", () => {
    const { problems } = estimate(readList([{ type: "ec2", region: "eu-west-1", instanceType: "g6.xlarge" }]));
    expect(problems[0]).toMatchObject({
      kind: "unpriceable",
      why: expect.stringContaining("isn't offered in eu-west-1"),
    });
  });
});
