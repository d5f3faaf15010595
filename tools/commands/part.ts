import { Failure, terminalProgress } from "../engine/index.ts";
import type { Part } from "../parts/index.ts";

/** Gets a part. Where this machine can't have it, its tests are skipped, and with CI=true that is a failure. */
export async function hasPart(part: Part, tests: string): Promise<boolean> {
  try {
    await part.ensure(terminalProgress());
    return true;
  } catch (error) {
    if (!(error instanceof Failure) || process.env.CI === "true") throw error;
    process.stdout.write(`SKIPPED: ${tests}. ${error.message}\n`);
    return false;
  }
}
