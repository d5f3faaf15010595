import { Failure, terminalProgress } from "../engine/index.ts";
import { type Part, parts } from "../parts/index.ts";
import { runCommand } from "./command.ts";
import { runStep } from "./step.ts";

const usage = `
npm run test:parts [-- FILTER ...]

Tests the router against real servers: Ollama and Jaeger, built from their Go modules, and Triton, from its PyPI wheel.
What is missing is built or installed once, into the user's cache folder (on two cores Ollama takes about four minutes,
Jaeger about three); as root on Debian also the system's packages that they need. A part that this machine can't have is
skipped, and with CI=true it is a failure. With filters, only the test files whose paths contain one of them.

  --help
`;

await runCommand({
  usage,
  options: {},
  async run(_, filters) {
    for (const part of parts) {
      const problem = await problemOf(part);
      if (problem === undefined) continue;
      if (process.env.CI === "true") throw new Failure(`CI must have every part.\n${problem}`);
      process.stdout.write(`SKIPPED: ${part.name}. ${problem}\n`);
    }
    await runStep("Tests with real parts", "vitest", ["run", "--project", "parts", ...filters]);
  },
});

/** Gets a part; answers why it can't be had. */
async function problemOf(part: Part): Promise<string | undefined> {
  try {
    await part.ensure(terminalProgress());
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}
