import { parentPort, workerData } from "node:worker_threads";
import type { BudgetVerdict } from "../../infra/cost/index.ts";
import type { StackConfig } from "../config/index.ts";
import { planOf, type StackNames } from "./dry.ts";
import { verdictOf } from "./verdict.ts";

/** What the thread is asked, and what it answers. */
export interface Question {
  readonly config: StackConfig;
  readonly names: StackNames;
}
export type Answer = BudgetVerdict;

const { config, names } = workerData as Question;
parentPort?.postMessage(verdictOf(await planOf(config, names), config) satisfies Answer);
