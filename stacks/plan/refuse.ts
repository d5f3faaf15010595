import * as pulumi from "@pulumi/pulumi";
import { asText, type BudgetVerdict } from "../../infra/cost/index.ts";
import type { StackConfig } from "../config/index.ts";
import { verdictApart } from "./apart.ts";
import type { StackNames } from "./dry.ts";

/**
 * Refuses a stack that would cost more than it may, or of whose cost a part can't be told, while nothing of it is
 * registered yet; a warning is only told. A local stack rents nothing and isn't asked.
 *
 * @param reckon says what the stack would cost
 * @throws pulumi.RunError
 */
export async function refuseOverBudget(
  config: StackConfig,
  names: StackNames,
  reckon: typeof verdictApart = verdictApart,
): Promise<void> {
  if (config.kind === "local") return;
  told(await reckon(config, names));
}

function told(verdict: BudgetVerdict): void {
  const text = asText(verdict).trimEnd();
  if (verdict.status === "block")
    throw new pulumi.RunError(`nothing is deployed: the stack is refused by its budget\n${text}`);
  for (const warning of verdict.warnings) void pulumi.log.warn(warning);
}
