import { beforeEach, describe, expect, it } from "vitest";
import {
  asJson,
  asMarkdown,
  asText,
  type BudgetInputs,
  type BudgetVerdict,
  CostManifest,
  type CostManifestInput,
  checkBudget,
  costManifest,
  estimate,
  exactly,
  isExceeded,
  plainProperties,
  readManifest,
  usd,
} from "../../../infra/cost/index.ts";
import { declared, noUsage, resource } from "./support.ts";

const now = new Date("2026-12-01T00:00:00Z");
const limits = { monthlyInfrastructureUsd: 100, dailyLlmUsd: 20, warnAtPercent: 80 };
/** $32.85 each. */
const gateways = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    resource(
      "aws:ec2/natGateway:NatGateway",
      {},
      { name: `nat-${index}`, capability: index === 0 ? "edge" : "region" },
    ),
  );
const lines = (quantity: number | { min: number; expected: number; max: number }): CostManifestInput => ({
  lines: [{ price: "nat.gateway", region: "us-east-1", quantity }],
});
const manifests = (manifest: CostManifestInput) => [declared(manifest), noUsage(["us-east-1"])];
const check = (inputs: Partial<BudgetInputs>) => checkBudget({ limits, now, ...inputs });

describe("a budget", () => {
  it("is ok with headroom below the warning", () => {
    const verdict = check({ resources: gateways(2), manifests: manifests(lines(2)) });
    expect(verdict).toMatchObject({ status: "ok", blocks: [], warnings: [] });
    expect(verdict.infrastructure.headroom).toBeCloseTo(100 - 65.7, 6);
  });

  it("warns from its share of the limit on, and when the worst case is over", () => {
    const near = check({ resources: gateways(3), manifests: manifests(lines(3)) });
    expect(near.status).toBe("warn");
    expect(near.warnings[0]).toContain(
      "$98.55 a month, 99 % of hybrid-llm:stack.budget.monthlyInfrastructureUsd ($100.00)",
    );
    const worst = check({ resources: gateways(1), manifests: manifests(lines({ min: 1, expected: 1, max: 4 })) });
    expect(worst).toMatchObject({ status: "warn", blocks: [] });
    expect(worst.warnings[0]).toContain("may cost $131.40 a month at worst");
  });

  it("blocks above the limit, with total, parts, the largest and the key to change", () => {
    const verdict = check({ resources: gateways(4), manifests: manifests(lines(4)) });
    expect(verdict.status).toBe("block");
    expect(verdict.blocks).toEqual([
      "infrastructure is expected at $131.40 a month, $31.40 over the limit of $100.00: make it smaller, or raise hybrid-llm:stack.budget.monthlyInfrastructureUsd",
    ]);
    expect(verdict.byRegion).toEqual([["us-east-1", expect.objectContaining({ expected: expect.closeTo(131.4, 6) })]]);
    expect(Object.fromEntries(verdict.byCapability).edge?.expected).toBeCloseTo(32.85, 6);
    expect(verdict.largest).toHaveLength(3);
  });

  it("blocks when anything is unpriceable, however cheap the rest is", () => {
    const verdict = check({ resources: [resource("aws:redshift/cluster:Cluster", {})], manifests: [noUsage([])] });
    expect(verdict).toMatchObject({ status: "block", total: { expected: 0 } });
    expect(verdict.blocks[0]).toContain("aws:redshift/cluster:Cluster it: the cost model knows no price");
  });

  it("counts what the routers may spend a day, and 30.4 days in a month", () => {
    const verdict = check({ manifests: [declared({ llmDailyUsd: 15 }), declared({ llmDailyUsd: 10 })] });
    expect(verdict.blocks[0]).toContain("$25.00 a day, $5.00 over the limit of $20.00");
    expect(verdict.blocks[0]).toContain("hybrid-llm:stack.budget.dailyLlmUsd");
    expect(verdict.total.expected).toBeCloseTo(25 * 30.4, 6);
  });

  it("of zero allows what costs nothing and blocks the first cent", () => {
    const none = { ...limits, monthlyInfrastructureUsd: 0 };
    expect(check({ limits: none }).status).toBe("ok");
    const use = (quantity: number) => [declared({ usage: [{ price: "nat.data", region: "us-east-1", quantity }] })];
    expect(check({ limits: none, manifests: use(1) }).status).toBe("block");
  });

  it("names what costs most, dearest first", () => {
    const use = ([capability, quantity]: readonly [string, number]) =>
      declared({ usage: [{ price: "nat.data", region: "us-east-1", quantity }] }, capability);
    const used = [
      ["small", 100],
      ["great", 1_000],
      ["least", 10],
      ["large", 500],
    ] as const;
    const { largest } = check({ manifests: used.map(use) });
    expect(largest.map(({ capability }) => capability)).toEqual(["great", "large", "small"]);
  });

  it("warns at its share of the limit itself, and takes half a cent for rounding", () => {
    const inputs = { resources: gateways(2), manifests: manifests(lines(2)) };
    const { expected } = check(inputs).infrastructure.used;
    const full = { monthlyInfrastructureUsd: expected, dailyLlmUsd: 0, warnAtPercent: 100 };
    expect(check({ ...inputs, limits: full }).warnings).toEqual([expect.stringContaining("100 % of")]);
    const none = { ...limits, monthlyInfrastructureUsd: 0 };
    const little = [declared({ usage: [{ price: "nat.data", region: "us-east-1", quantity: 0.02 }] })];
    expect(check({ limits: none, manifests: little })).toMatchObject({ status: "ok", warnings: [] });
    expect([0.005, 0.006].map((amount) => isExceeded({ limit: 0, used: exactly(amount) }))).toEqual([false, true]);
  });

  it.each([
    [1_234.5, "$1,234.50"],
    [-0.01, "-$0.01"],
    [-0.001, "$0.00"],
    [0, "$0.00"],
  ])("tells %d as %s", (amount, text) => {
    expect(usd(amount)).toBe(text);
  });

  it("warns about an old price table", () => {
    expect(check({ now: new Date("2027-02-27T00:00:00Z") }).warnings).toEqual([]);
    expect(check({ now: new Date("2027-02-28T00:00:00Z") }).warnings[0]).toContain("is of 2026-11-29, 91 days ago");
  });
});

describe("a manifest", () => {
  const kinds = (inputs: Parameters<typeof estimate>[0]) => estimate(inputs).problems.map(({ kind }) => kind);

  it("smaller than what is registered is a problem of its own", () => {
    const found = estimate({ resources: gateways(3), manifests: manifests(lines(2)) });
    expect(found.problems).toMatchObject([{ kind: "manifest-too-small", region: "us-east-1" }]);
    expect(found.problems[0]?.why).toContain("declare 2 of nat.gateway, the resources say 3");
    expect(found.total.expected).toBeCloseTo(3 * 32.85, 6);
  });

  it("with too low a worst case, or for another region, is too small", () => {
    const cluster = [resource("aws:eks/cluster:Cluster", {})];
    const of = (region: string) => [declared({ lines: [{ price: "eks.cluster.standard", region, quantity: 1 }] })];
    expect(kinds({ resources: cluster, manifests: of("us-east-1") })).toEqual(["manifest-too-small"]);
    expect(kinds({ resources: cluster, manifests: of("eu-west-1") })).toEqual([
      "manifest-too-small",
      "manifest-too-small",
    ]);
  });

  it("without lines leaves it to its component's resources, and answers for no other component's", () => {
    const of = (component: string, name: string) => ({
      ...resource("aws:ec2/natGateway:NatGateway", {}, { name }),
      component,
    });
    const [counting, silent] = ["hybrid-llm:region:Thing thing", "hybrid-llm:other:Other other"];
    const both = [of(counting, "own"), of(silent, "others")];
    const usage = noUsage(["us-east-1"]);
    const none = { ...declared({ usage: [] }), component: silent };
    expect(kinds({ resources: both, manifests: [none, usage] })).toEqual([]);
    expect(kinds({ resources: both, manifests: [declared(lines(1)), usage] })).toEqual([]);
    expect(kinds({ resources: both, manifests: [declared({ lines: [] }), usage] })).toEqual(["manifest-too-small"]);
    expect(estimate({ resources: both, manifests: [declared(lines(1)), usage] }).total.expected).toBeCloseTo(65.7, 6);
  });

  it("larger than what is registered counts, for controllers make what no plan holds", () => {
    const found = estimate({ resources: gateways(2), manifests: manifests(lines(5)) });
    expect(found.problems).toEqual([]);
    expect(found.total.expected).toBeCloseTo(5 * 32.85, 6);
  });

  it("alone prices a plan before anything is registered", () => {
    expect(estimate({ manifests: [declared(lines(2))] }).total.expected).toBeCloseTo(65.7, 6);
  });

  it("must declare each chart, be it with nothing", () => {
    const chart = [resource("kubernetes:helm.sh/v3:Release", {}, { name: "kong" })];
    expect(kinds({ resources: chart, manifests: [declared({})] })).toEqual(["undeclared-chart"]);
    expect(kinds({ resources: chart, manifests: [declared({ charts: [{ release: "kong", lines: [] }] })] })).toEqual(
      [],
    );
    const volumes = { release: "kong", lines: [{ price: "ebs.gp3.storage", region: "us-east-1", quantity: 100 }] };
    expect(estimate({ resources: chart, manifests: [declared({ charts: [volumes] })] }).total.expected).toBeCloseTo(
      8,
      6,
    );
  });

  it.each([
    ["an unknown key", { line: [] }],
    ["a falling range", lines({ min: 2, expected: 1, max: 3 })],
    ["a negative quantity", lines(-1)],
    ["an endless budget", { llmDailyUsd: Number.POSITIVE_INFINITY }],
  ])("with %s is refused where it is written and where it is read", (_, manifest) => {
    expect(() => costManifest(manifest as CostManifestInput)).toThrow();
    expect(readManifest(plainProperties({ cost: manifest }))).toHaveProperty("problem");
  });

  it("that isn't known is no manifest that could be trusted", () => {
    expect(readManifest(plainProperties({ cost: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }))).toHaveProperty("problem");
    const unknownLine = { lines: [{ ...lines(1).lines?.[0], quantity: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }] };
    expect(readManifest(plainProperties({ cost: unknownLine }))).toHaveProperty("problem");
    expect(readManifest({})).toBeUndefined();
    expect(readManifest(plainProperties({ cost: lines(1) }))).toEqual(CostManifest.parse(lines(1)));
  });
});

describe("a verdict", () => {
  let verdict: BudgetVerdict;
  beforeEach(() => {
    verdict = check({
      resources: [...gateways(4), resource("aws:ebs/volume:Volume", {}, { name: "evil|`name`" })],
      manifests: manifests(lines(4)),
    });
  });

  it("is told as text with each item's arithmetic and source", () => {
    const text = asText(verdict, { details: true });
    expect(text).toContain("infrastructure  $131.40 a month of $100.00, headroom -$31.40");
    expect(text).toContain(
      "1 × $0.045/hour × 730 h = $32.85  NAT gateway: aws:ec2/natGateway:NatGateway nat-0, us-east-1",
    );
    expect(text).toContain("type is missing");
    expect(asText(verdict)).not.toContain("× 730 h");
  });

  it("is told as Markdown before and after, and names are no markup", () => {
    const before = estimate({ resources: gateways(1), manifests: manifests(lines(1)) });
    const text = asMarkdown(verdict, before);
    expect(text).toContain("| us-east-1 | $32.85 | $131.40 | +$98.55 |");
    expect(text).toContain("evil\\|\\`name\\`");
    expect(
      text
        .split("\n")
        .filter((line) => line.startsWith("|"))
        .every((line) => line.endsWith("|")),
    ).toBe(true);
  });

  it("is told as JSON that survives being written", () => {
    const json = JSON.parse(JSON.stringify(asJson(verdict))) as {
      status: string;
      items: { origin: string; arithmetic: string }[];
    };
    expect(json.status).toBe("block");
    expect(json.items.filter(({ origin }) => origin === "resource")).toHaveLength(4);
    expect(json.items[0]?.arithmetic).toContain("× 730 h");
  });
});
