import type { Progress } from "../../engine/index.ts";
import { asJson, type Output, say, writeResult } from "../output.ts";
import { ledgerReport } from "./report.ts";
import { type LedgerOptions, measureLedger } from "./run.ts";

/**
 * The benchmark of reports over a large ledger, told on standard output.
 *
 * @returns the exit code: 1 if a report's total is not the sum of the rows
 */
export async function benchLedger(
  options: LedgerOptions & Output,
  progress: Progress,
  stop: AbortSignal,
): Promise<number> {
  const result = await measureLedger(options, progress, stop);
  say(ledgerReport(result));
  if (options.json !== undefined) writeResult(options.json, asJson(result));
  return result.exact ? 0 : 1;
}
