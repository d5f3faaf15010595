import { expect, test } from "vitest";
import { estimate, featureNames, features } from "../../../runtime/router/arbitrage/index.ts";
import committed from "../../../runtime/router/arbitrage/weights.json" with { type: "json" };
import {
  compare,
  fitEstimator,
  type LabelledPrompt,
  readFreshSet,
  readLabelledSet,
  requestOf,
  splitOf,
} from "../../../tools/arbitrage/index.ts";

const labelled = readLabelledSet();
const fresh = readFreshSet();
const all = [...labelled.prompts, ...fresh.prompts];
const heldOut = labelled.prompts.filter(({ split }) => split === "held_out");

/** The rubric's section "From points to the label". */
function labelBy({ points, image, tools = [] }: LabelledPrompt): string {
  const total = points.reduce((sum, value) => sum + value, 0);
  if (points[0] === 2 || total >= 4) return "large";
  return total >= 2 || image || tools.length > 0 ? "medium" : "small";
}

test("at least 400 prompts are labelled, each once", () => {
  expect(all.length).toBeGreaterThanOrEqual(400);
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  expect(new Set(all.map((prompt) => JSON.stringify(requestOf(prompt)))).size).toBe(all.length);
});

test("every label follows from its points by the rubric", () => {
  for (const prompt of all) {
    for (const [i, points] of prompt.points.entries()) expect([0, 1, 2].slice(0, i < 4 ? 3 : 2)).toContain(points);
    expect([prompt.id, prompt.label]).toEqual([prompt.id, labelBy(prompt)]);
  }
});

test("the split is the hash's, and prompts that shaped the features are never held out", () => {
  for (const { id, split } of labelled.prompts)
    expect([id, split]).toEqual([id, Number(id.slice(1)) > 617 ? "train" : splitOf(id)]);
  for (const { split } of fresh.prompts) expect(split).toBe("fresh");
});

test("the committed weights come out of a fit to the committed prompts", { timeout: 240_000 }, () => {
  const again = fitEstimator(labelled, fresh, committed.fitted);
  expect(again.set).toBe(committed.set);
  expect(again.ridge).toBe(committed.ridge);
  for (const name of featureNames) expect(again.weights[name]).toBeCloseTo(committed.weights[name], 9);
  expect(again.cuts.medium).toBeCloseTo(committed.cuts.medium, 9);
  expect(again.cuts.large).toBeCloseTo(committed.cuts.large, 9);
  expect(again.crossValidated).toEqual(committed.crossValidated);
});

test("no weight goes against the sign of its feature", () => {
  for (const name of featureNames)
    expect(committed.weights[name] * features[name].sign, name).toBeGreaterThanOrEqual(0);
});

test("the recorded agreement is what the router's estimator reaches", () => {
  for (const [prompts, recorded] of [
    [heldOut, committed.heldOut],
    [fresh.prompts, committed.fresh],
  ] as const) {
    const agreed = prompts.filter((prompt) => estimate("estimator", requestOf(prompt)).tier === prompt.label).length;
    expect(recorded.prompts).toBe(prompts.length);
    expect(recorded.agreement).toBe(agreed / prompts.length);
  }
});

test.each([
  ["held out", heldOut],
  ["fresh", fresh.prompts],
] as const)(
  "the estimator agrees more with the rubric than the required rule and errs less badly: %s",
  (_, prompts) => {
    const rows = new Map(compare(prompts).map((row) => [row.strategy, row]));
    const [ours, rule, large] = ["estimator", "thresholds", "always large"].map((name) => rows.get(name));
    expect(ours?.agreement).toBeGreaterThan((rule?.agreement ?? 1) + 0.15);
    expect(ours?.severe).toBeLessThan(rule?.severe ?? 0);
    expect(ours?.cost).toBeLessThan(large?.cost ?? 0);
  },
);
