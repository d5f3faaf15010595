import { parentPort, workerData } from "node:worker_threads";
import { RunError } from "@pulumi/pulumi";
import type { BudgetVerdict } from "../../infra/cost/index.ts";
import type { StackConfig } from "../config/index.ts";
import { planOf, type StackNames } from "./dry.ts";
import { verdictOf } from "./verdict.ts";

/** What the thread is asked, and what it answers. */
export interface Question {
  readonly config: StackConfig;
  readonly names: StackNames;
}
export type Answer =
  | { readonly verdict: BudgetVerdict }
  /** `plain` for what is told to a person without a stack trace: the mark doesn't pass from one thread to another. */
  | { readonly error: unknown; readonly plain: boolean };

const { config, names } = workerData as Question;
parentPort?.postMessage(await answered());

async function answered(): Promise<Answer> {
  try {
    return { verdict: verdictOf(await planOf(config, names), config) };
  } catch (error) {
    return { error, plain: RunError.isInstance(error) };
  }
}
