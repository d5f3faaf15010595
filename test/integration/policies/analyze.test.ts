import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { silent } from "../../../tools/engine/index.ts";
import { ensurePacks, type Packs } from "../../../tools/policies/index.ts";
import { planOf, stackOf } from "../../support/plan.ts";
import type { Registration } from "../../support/pulumi-mocks.ts";
import { PulumiProgram, type Ran } from "../../support/pulumi-program.ts";
import { stateOf } from "../../support/state.ts";

/** As if each of prod's parts had been deployed; the names and outputs that clouds give are made up. */
let deployed: readonly Registration[];
let program: PulumiProgram;
let packs: Packs;
beforeAll(async () => {
  [program, packs, deployed] = await Promise.all([PulumiProgram.open(), ensurePacks(silent), planOf(stackOf("prod"))]);
});
afterAll(() => program?.remove());

function analyzed(found: readonly Registration[]): Promise<Ran> {
  const file = join(program.directory, "state.json");
  writeFileSync(file, JSON.stringify(stateOf(found)));
  const judged = ["--policy-pack", packs.executable, "--policy-pack-config", packs.config];
  return program.run("policy", "analyze", "--file", file, ...judged, "--color", "never");
}

/** Policies that refused something, with what they said. */
const refusals = (output: string): string[] =>
  [...output.matchAll(/\[mandatory\] +([\w-]+) +\([^)]* ([^ )]+)\)/g)].map(([, policy, name]) => `${policy} ${name}`);

describe("what is deployed of prod, judged after the fact by all policies", () => {
  it("passes them all", async () => {
    const { ok, output } = await analyzed(deployed);
    expect(deployed.length).toBeGreaterThan(1_000);
    expect(output).toMatch(/(?:✅|⚠️) hybrid-llm-all/u);
    expect(refusals(output)).toEqual([]);
    expect(ok, output).toBe(true);
  });

  it("is refused for what somebody changed, at its resource or as a whole", async () => {
    const changes: Record<string, (one: Registration) => Registration> = {
      "aws:kms/key:Key": (one) => ({ ...one, inputs: { ...one.inputs, enableKeyRotation: false } }),
      "aws:elasticache/replicationGroup:ReplicationGroup": (one) => ({ ...one, protect: false }),
    };
    const touched = new Set<string>();
    const changed = deployed.map((one) => {
      const change = changes[one.type];
      if (change === undefined || touched.has(one.type)) return one;
      touched.add(one.type);
      return change(one);
    });
    const nameOf = (type: string) => String(deployed.find((one) => one.type === type)?.name);
    const costly = deployed.find(({ type }) => type === "aws:ec2/natGateway:NatGateway");
    if (costly === undefined) throw new Error("prod has no gateway");
    const more = Array.from({ length: 200 }, (_, index) => ({ ...costly, name: `${costly.name}-more-${index}` }));
    const { ok, output } = await analyzed([...changed, ...more]);
    expect(ok).toBe(false);
    expect(refusals(output).sort()).toEqual([
      // No component counts the gateways that were added.
      "manifests-honest hybrid-llm-test",
      `protect-data ${nameOf("aws:elasticache/replicationGroup:ReplicationGroup")}`,
      `rotation ${nameOf("aws:kms/key:Key")}`,
      "within-budget hybrid-llm-test",
    ]);
    expect(output).toMatch(/infrastructure is expected at \$[\d,.]+ a month, \$[\d,.]+ over the limit/);
  });
});
