import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { afterAll, describe, expect, it } from "vitest";
import { checkBudget, manifestOf } from "../../../infra/cost/index.ts";
import { ChangeReader, changesBetween, commentOf, readRecord, saveRecord } from "../../../tools/preview/index.ts";

const urn = (type: string, name: string) => `urn:pulumi:dev::hybrid-llm::${type}::${name}`;
const stack = urn("pulumi:pulumi:Stack", "hybrid-llm-dev");
const network = urn("hybrid-llm:network:Network", "eu-west-1-network");
const step = (op: string, type: string, name: string, parent = network, inputs: object = {}): EngineEvent =>
  ({
    resourcePreEvent: {
      metadata: {
        op,
        urn: urn(type, name),
        type,
        new: op === "delete" ? undefined : { parent, inputs },
        old: { parent },
      },
    },
  }) as unknown as EngineEvent;
const finding = (policyName: string, enforcementLevel: string, message: string): EngineEvent =>
  ({ policyEvent: { policyName, enforcementLevel, message, resourceUrn: network } }) as unknown as EngineEvent;

function read(...events: readonly EngineEvent[]) {
  const reader = new ChangeReader();
  for (const event of events) reader.read(event);
  return reader.result;
}

const plan = [
  step("create", "pulumi:pulumi:Stack", "hybrid-llm-dev", ""),
  step("create", "pulumi:providers:aws", "eu-west-1-aws", stack),
  step("same", "hybrid-llm:network:Network", "eu-west-1-network", stack),
  step("create", "aws:ec2/vpc:Vpc", "eu-west-1-network-vpc"),
  step("update", "aws:ec2/subnet:Subnet", "eu-west-1-network-subnet"),
  step("create-replacement", "aws:ec2/eip:Eip", "eu-west-1-network-address"),
  step("replace", "aws:ec2/eip:Eip", "eu-west-1-network-address"),
  step("delete-replaced", "aws:ec2/eip:Eip", "eu-west-1-network-address"),
  step("delete", "aws:ec2/route:Route", "eu-west-1-network-route"),
];
const verdict = (quantity: number, limit: number) =>
  checkBudget({
    limits: { monthlyInfrastructureUsd: limit, dailyLlmUsd: 0, warnAtPercent: 80 },
    manifests: [
      {
        component: "hybrid-llm:network:Network n",
        capability: "network",
        manifest: manifestOf({ lines: [{ price: "nat.gateway", region: "us-east-1", quantity }] }),
      },
    ],
    now: new Date("2026-11-30"),
  });

describe("what is read of a preview", () => {
  it("counts each resource once, with the components that it is part of", () => {
    const { changes, unchanged } = read(...plan);
    expect(changes.map(({ op, name }) => `${op} ${name}`)).toEqual([
      "create eu-west-1-network-vpc",
      "update eu-west-1-network-subnet",
      "replace eu-west-1-network-address",
      "delete eu-west-1-network-route",
    ]);
    expect(changes.every(({ within }) => within.join() === "eu-west-1-network")).toBe(true);
    expect(unchanged).toBe(1);
  });

  it("compares two checkouts where neither knows what is deployed", () => {
    const vpc = (cidrBlock: string) =>
      step("create", "aws:ec2/vpc:Vpc", "eu-west-1-network-vpc", network, { cidrBlock });
    const component = step("create", "hybrid-llm:network:Network", "eu-west-1-network", stack);
    const before = read(component, vpc("10.0.0.0/16"), step("create", "aws:ec2/eip:Eip", "eu-west-1-network-old"));
    const after = read(component, vpc("10.1.0.0/16"), step("create", "aws:ec2/eip:Eip", "eu-west-1-network-new"));
    expect(changesBetween(before.planned, after).changes.map(({ op, name }) => `${op} ${name}`)).toEqual([
      "update eu-west-1-network-vpc",
      "create eu-west-1-network-new",
      "delete eu-west-1-network-old",
    ]);
    expect(changesBetween(after.planned, after)).toMatchObject({ changes: [], unchanged: 3 });
  });
});

describe("a pull request's comment", () => {
  it("has the plan, the cost before and after, what the policies found and a drawing", () => {
    const text = commentOf({
      stack: "dev",
      changes: read(
        ...plan,
        finding("iam-known-later", "warning", "why there is such a rule\nsomething isn't known <{%reset%}>"),
        finding("gpu-limit", "mandatory", "why\nspec.limits is missing | `rm`"),
      ),
      verdict: verdict(4, 100),
      before: verdict(1, 100).estimate,
      failure: "pulumi preview failed",
    });
    expect(text.split("\n")[0]).toBe("<!-- hybrid-llm preview dev -->");
    expect(text).toContain("## Preview of `dev`: ❌ refused");
    expect(text).toContain("**Plan:** +1 ~1 ±1 -1 of 5 resources");
    expect(text).toContain("| us-east-1 | $32.85 | $131.40 | +$98.55 |");
    expect(text).toContain("raise hybrid-llm:stack.budget.monthlyInfrastructureUsd");
    expect(text).toContain("### Policies: 1 refused, 1 advised");
    expect(text).toContain("| **refused** | `gpu-limit` | `eu-west-1-network` | spec.limits is missing \\| \\`rm\\` |");
    expect(text.indexOf("gpu-limit")).toBeLessThan(text.indexOf("iam-known-later"));
    expect(text).not.toContain("{%");
    expect(text).toContain("```mermaid\nflowchart LR\n");
    expect(text).toContain('n_eu_west_1_network["eu-west-1-network<br/>+1 ~1 ±1 -1"]:::delete');
  });

  it("is whole where nothing changes, and says why where nothing could be read", () => {
    const none = commentOf({ stack: "dev", changes: read(), verdict: verdict(1, 100) });
    expect(none).toContain("✅ passes");
    expect(none).toContain("### Policies: nothing found");
    expect(none).not.toContain("mermaid");
    const error = { diagnosticEvent: { severity: "error", message: "Pulumi.dev.yaml: 1 problem" } } as EngineEvent;
    const failed = commentOf({ stack: "dev", changes: read(error), failure: "it failed" });
    expect(failed).toContain("❌ refused");
    expect(failed).toContain("```text\nPulumi.dev.yaml: 1 problem\n```");
  });

  it("stays below what a forge takes, however much changes", () => {
    const many = Array.from({ length: 3_000 }, (_, index) =>
      step("create", "aws:ec2/eip:Eip", `thing-${index}`, stack),
    );
    const findings = Array.from({ length: 500 }, (_, index) =>
      finding("p", "mandatory", `why\n${index} ${"x".repeat(300)}`),
    );
    const text = commentOf({ stack: "dev", changes: read(...many, ...findings), verdict: verdict(1, 100) });
    expect(text.length).toBeLessThan(65_000);
    expect(text).toContain("450 more are in the job's log.");
    expect(text).toContain("2960 more components");
  });
});

describe("what one branch writes down for another", () => {
  const folder = mkdtempSync(join(tmpdir(), "hybrid-llm-preview-"));
  const file = join(folder, "base.json");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is read again, for the same stack alone", () => {
    const changes = read(...plan);
    saveRecord(file, "dev", verdict(2, 100), changes);
    const record = readRecord(file, "dev");
    expect(record.total.expected).toBeCloseTo(65.7, 6);
    expect(record.resources).toEqual(changes.planned);
    expect(() => readRecord(file, "prod")).toThrow("of the stack dev, not prod");
    writeFileSync(file, "{}");
    expect(() => readRecord(file, "dev")).toThrow("not of the form");
    expect(() => readRecord(join(folder, "none.json"), "dev")).toThrow("--save FILE.json");
  });
});
