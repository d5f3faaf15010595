import type { ArbitrageTier } from "../../config/index.ts";

/** Which tier a request needs. */
export interface Estimate {
  readonly tier: ArbitrageTier;
  /** For `x-router-reason`: short ASCII that never quotes the prompt. */
  readonly why: string;
  /** How demanding the prompt is, 0 to 1; where the strategy has such a measure. */
  readonly score?: number;
}
