import { arbitrageTiers } from "../../runtime/config/index.ts";
import {
  estimatorWith,
  featureNames,
  features,
  featuresOf,
  type Weights,
} from "../../runtime/router/arbitrage/index.ts";
import { type Agreement, agreementOf, type ChooseTier } from "./evaluate.ts";
import { foldOf, type LabelledPrompt, type LabelledSet, requestOf } from "./labelled-set.ts";
import { type Example, fitOrdinal, scoreOf } from "./ordinal.ts";

/** What runtime/router/arbitrage/weights.json holds. */
export interface Fit extends Weights {
  readonly note: string;
  /** The day of the fit, ISO 8601. */
  readonly fitted: string;
  /** SHA-256 of test/arbitrage/prompts.jsonl. */
  readonly set: string;
  readonly ridge: number;
  /** On the training part, each prompt judged by a model that hasn't seen it. */
  readonly crossValidated: Agreement;
  /** On the part that took no part in anything above. */
  readonly heldOut: Agreement;
  /** On test/arbitrage/fresh.jsonl: prompts that nothing was changed for. */
  readonly fresh: Agreement;
}

interface Row extends Example {
  readonly prompt: LabelledPrompt;
}

/** A prompt's score under a model that hasn't seen it, above that model's own cuts. */
interface Judged {
  readonly row: Row;
  readonly aboveMedium: number;
  readonly aboveLarge: number;
}

const folds = 8;
const ridges = [0.02, 0.05, 0.1];
/** How far a cut may be moved from where the likelihood puts it. */
const shifts = [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1];

/**
 * Fits the estimator on the training part alone: the ridge penalty and the cut points are those with the highest
 * cross-validated utility, weights and cuts are then fitted to the whole training part.
 */
export function fitEstimator({ prompts, sha256 }: LabelledSet, fresh: LabelledSet, day: string): Fit {
  const train = prompts.filter(({ split }) => split === "train");
  const rows = train.map(toRow);
  const signs = featureNames.map((name) => features[name].sign);
  const candidates = ridges.map((ridge) => ({ ridge, ...bestShifts(crossValidate(rows, signs, ridge)) }));
  const best = candidates.reduce((a, b) => (b.utility > a.utility ? b : a));
  const model = fitOrdinal(rows, signs, best.ridge);
  const weights: Weights = {
    weights: Object.fromEntries(featureNames.map((name, j) => [name, model.weights[j] ?? 0])) as Weights["weights"],
    cuts: { medium: model.cuts[0] + best.medium, large: model.cuts[1] + best.large },
  };
  return {
    note: "Made by npm run arbitrage -- --fit; agreement is with test/arbitrage/rubric.md.",
    fitted: day,
    set: sha256,
    ridge: best.ridge,
    crossValidated: best.result,
    heldOut: agreementOf(
      chooseBy(weights),
      prompts.filter(({ split }) => split === "held_out"),
    ),
    fresh: agreementOf(chooseBy(weights), fresh.prompts),
    ...weights,
  };
}

function toRow(prompt: LabelledPrompt): Row {
  return { prompt, features: featuresOf(requestOf(prompt)), tier: arbitrageTiers.indexOf(prompt.label) };
}

function crossValidate(rows: readonly Row[], signs: readonly number[], ridge: number): Judged[] {
  return Array.from({ length: folds }, (_, fold) => {
    const isOut = ({ prompt }: Row) => foldOf(prompt.id, folds) === fold;
    const model = fitOrdinal(
      rows.filter((row) => !isOut(row)),
      signs,
      ridge,
    );
    return rows.filter(isOut).map((row) => {
      const score = scoreOf(model, row.features);
      return { row, aboveMedium: score - model.cuts[0], aboveLarge: score - model.cuts[1] };
    });
  }).flat();
}

/**
 * The shifts of the two cuts with the highest utility: agreement, less the share of prompts labelled large that are
 * called small, which so count twice. Of equal ones the smallest.
 */
function bestShifts(judged: readonly Judged[]) {
  const floors = judged.map(({ row }) => arbitrageTiers.indexOf(lowestTier(row.prompt)));
  const candidates = shifts.flatMap((medium) =>
    shifts.map((large) => {
      const tiers = judged.map(({ aboveMedium, aboveLarge }, i) =>
        Math.max(floors[i] ?? 0, aboveLarge >= large ? 2 : aboveMedium >= medium ? 1 : 0),
      );
      const agreement = tiers.filter((tier, i) => tier === judged[i]?.row.tier).length / tiers.length;
      const severe = tiers.filter((tier, i) => tier === 0 && judged[i]?.row.tier === 2).length;
      const utility = agreement - severe / tiers.length - 1e-6 * (Math.abs(medium) + Math.abs(large));
      return { medium, large, utility, result: { prompts: tiers.length, agreement, severe } };
    }),
  );
  return candidates.reduce((a, b) => (b.utility > a.utility ? b : a));
}

/** Where nothing is hard: more than small only if the small tier can't do it. */
const lowestTier = chooseBy({
  weights: Object.fromEntries(featureNames.map((name) => [name, 0])) as Weights["weights"],
  cuts: { medium: Number.POSITIVE_INFINITY, large: Number.POSITIVE_INFINITY },
});

function chooseBy(weights: Weights): ChooseTier {
  const estimate = estimatorWith(weights);
  return (prompt) => estimate(requestOf(prompt)).tier;
}
