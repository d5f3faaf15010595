import { join } from "node:path";
import { customResourceDefinitions } from "../cluster/index.ts";
import { Failure, prepareWorkspace, projectDirectory, terminalProgress, which } from "../engine/index.ts";
import { chromium, nginx, redis } from "../parts/index.ts";
import { runCommand } from "./command.ts";
import { hasPart } from "./part.ts";
import { runTests } from "./run-tests.ts";
import { runStep } from "./step.ts";

const usage = `
npm test [-- FILTER ...]

Sets up what is missing, then checks types, format and lint, and runs the unit, program, integration, fault and browser
tests, with the real engine, a real Redis, nginx and Chromium (as root on Debian they are installed), and the definitions of
custom kinds out of their systems' Go modules. With filters, only the test files whose paths contain one of them.

  --help
`;

const goModule = join(projectDirectory, "tools", "engine", "go");

await runCommand({
  usage,
  options: {},
  async run(_, filters) {
    const { variables } = await prepareWorkspace(terminalProgress());
    const environment = { ...process.env, PATH: variables.PATH };
    if (filters.length === 0) {
      await runStep("Types", "tsc", ["-p", "."], { environment });
      await runStep("Types of the dashboard's page", "tsc", ["-p", "runtime/dashboard/page"], { environment });
      await runStep("Format and lint", "biome", ["check", "."], { environment });
      await testLanguageHost(environment);
    }
    for (const part of [redis, nginx, chromium]) await hasPart(part, `tests with a real ${part.name}`);
    await hasPart(customResourceDefinitions, "checks of custom kinds");
    const projects = ["unit", "program", "integration", "faults", "browser"].flatMap((name) => ["--project", name]);
    await runTests("Tests", [...projects, ...filters], environment);
  },
});

/** The language host is Go: where there is no Go, the engine came from elsewhere and the host is not in use. */
async function testLanguageHost(environment: NodeJS.ProcessEnv): Promise<void> {
  if (!which("go")) {
    if (process.env.CI === "true") throw new Failure("The language host's tests need Go, and CI has none.");
    process.stdout.write("SKIPPED: the language host's tests, because there is no Go here.\n");
    return;
  }
  const go = { ...environment, GOFLAGS: "-mod=readonly", GOTOOLCHAIN: "local", CGO_ENABLED: "0" };
  const where = { environment: go, directory: goModule };
  await runStep("Language host: vet", "go", ["vet", "./language-host/..."], where);
  await runStep("Language host: tests", "go", ["test", "./language-host/..."], where);
}
