import { arbitrageTiers } from "../../runtime/config/index.ts";
import { type EstimateStrategy, estimate } from "../../runtime/router/arbitrage/index.ts";
import { type Agreement, agreementOf, type ChooseTier } from "./evaluate.ts";
import { type LabelledPrompt, requestOf } from "./labelled-set.ts";
import { answerTokens, pricedTiers, priceSource } from "./prices.ts";

const strategies: readonly { readonly name: string; readonly choose: ChooseTier }[] = [
  { name: "estimator", choose: by("estimator") },
  { name: "thresholds", choose: by("thresholds") },
  { name: "always medium", choose: () => "medium" },
  { name: "always large", choose: () => "large" },
  { name: "the labels themselves", choose: ({ label }) => label },
];

function by(strategy: EstimateStrategy): ChooseTier {
  return (prompt) => estimate(strategy, requestOf(prompt)).tier;
}

export interface Row extends Agreement {
  readonly strategy: string;
  /** US dollars for a thousand prompts like these. */
  readonly cost: number;
}

export function compare(prompts: readonly LabelledPrompt[]): readonly Row[] {
  const priced = pricedTiers();
  return strategies.map(({ name, choose }) => {
    const costs = prompts.map((prompt) => {
      const { input, output } = priced[choose(prompt)];
      return (inputTokens(prompt) * input + answerTokens[prompt.label] * output) / 1e6;
    });
    return { strategy: name, ...agreementOf(choose, prompts), cost: (1_000 * sum(costs)) / prompts.length };
  });
}

/** Four characters a token, the usual rule of thumb. */
function inputTokens({ system = "", history = [], text }: LabelledPrompt): number {
  return (system.length + sum(history.map((turn) => turn.text.length)) + text.length) / 4;
}

export function table(title: string, rows: readonly Row[]): string {
  const cells = rows.map(({ strategy, agreement, severe, cost }) => [
    strategy,
    `${(100 * agreement).toFixed(1)} %`,
    String(severe),
    `$${cost.toFixed(2)}`,
  ]);
  const lines = [["strategy", "agreement", "severe", "cost per 1000"], ...cells].map(([name = "", ...rest]) =>
    [name.padEnd(24), ...rest.map((cell) => cell.padStart(14))].join(""),
  );
  return `${title}\n${lines.join("\n")}\n`;
}

/** What the figures rest on, to be printed with them. */
export function assumptions(): string {
  const priced = pricedTiers();
  const tiers = arbitrageTiers.map((tier) => {
    const { model, input, output } = priced[tier];
    return `  ${tier.padEnd(8)}${model.padEnd(22)}$${input} in, $${output} out, answers of ${answerTokens[tier]} tokens`;
  });
  return `Agreement is with the rubric in test/arbitrage/rubric.md; it says nothing about the quality of answers.
Prompts, labels and features have one author, who knew the held-out prompts; the fresh ones were written last, and
nothing was changed because of them. Theirs is the better guess for prompts of other people.
Severe: labelled large, called small. The labels themselves: what a perfect estimator would choose.
Every strategy chooses among the same default models. Prices per million tokens are from
${priceSource}; lengths of answers are assumed, by
label; a token of input is four characters.
${tiers.join("\n")}
`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
