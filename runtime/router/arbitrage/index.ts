import type { ArbitrageConfig } from "../../config/index.ts";
import type { Estimate } from "./estimate.ts";
import { estimator } from "./estimator.ts";
import type { EstimatedRequest } from "./prompt.ts";
import { thresholds } from "./thresholds.ts";

export type { Estimate } from "./estimate.ts";
export { estimatorWith, type Weights } from "./estimator.ts";
export { type FeatureName, featureNames, features, featuresOf } from "./features.ts";
export type { EstimatedRequest } from "./prompt.ts";

/** The strategies that look at the prompt; `chain` doesn't. */
export type EstimateStrategy = Exclude<ArbitrageConfig["strategy"], "chain">;

/** Says which tier a request for the model `auto` needs, and why. Pure and synchronous, for the hot path. */
export function estimate(strategy: EstimateStrategy, request: EstimatedRequest): Estimate {
  return strategies[strategy](request);
}

const strategies = { thresholds, estimator } satisfies Record<
  EstimateStrategy,
  (request: EstimatedRequest) => Estimate
>;
