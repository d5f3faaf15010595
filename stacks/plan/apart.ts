import { Worker } from "node:worker_threads";
import * as pulumi from "@pulumi/pulumi";
import type { BudgetVerdict } from "../../infra/cost/index.ts";
import type { StackConfig } from "../config/index.ts";
import type { StackNames } from "./dry.ts";
import type { Answer, Question } from "./worker.ts";

/**
 * What a stack would cost, asked in a thread of its own: there it is composed under mocks, while this one is still to
 * compose it for real.
 *
 * @throws what the composition throws
 */
export function verdictApart(config: StackConfig, names: StackNames): Promise<BudgetVerdict> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: { config, names } satisfies Question,
      // What the composition has to say, it says when it is real: this one has no engine to tell it.
      env: withoutEngine(process.env),
      stdout: true,
      stderr: true,
    });
    worker.once("message", (answer: Answer) => {
      if ("verdict" in answer) resolve(answer.verdict);
      else reject(answer.plain ? new pulumi.RunError((answer.error as Error).message) : answer.error);
    });
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the stack's cost could not be reckoned: exit code ${code}`)));
  });
}

function withoutEngine({ PULUMI_NODEJS_ENGINE: _, PULUMI_NODEJS_MONITOR: __, ...rest }: NodeJS.ProcessEnv) {
  return rest;
}
