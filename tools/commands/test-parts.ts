import { parts } from "../parts/index.ts";
import { runCommand } from "./command.ts";
import { hasPart } from "./part.ts";
import { runTests } from "./run-tests.ts";

const usage = `
npm run test:parts [-- FILTER ...]

Tests against real servers: the router against Ollama and Jaeger, built from their Go modules, and Triton, from its PyPI
wheel; the Vault that a stack plans, its servers, jobs and what is set in it, against Vault, and the router's image against a
registry, built from theirs. What is missing is built or installed once, into the user's cache folder (on two cores Ollama
and Vault take about four minutes each, Jaeger three, the registry one); as root on Debian also the system's packages that they need. A part that this
machine can't have is skipped, and with CI=true it is a failure. With filters, only the test files whose paths contain one of
them.

  --help
`;

await runCommand({
  usage,
  options: {},
  async run(_, filters) {
    for (const part of parts) await hasPart(part, `tests with a real ${part.name}`);
    await runTests("Tests with real parts", ["--project", "parts", ...filters]);
  },
});
