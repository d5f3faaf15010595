import { spawn } from "node:child_process";
import { join } from "node:path";
import { Failure, prepareWorkspace, projectDirectory, terminalProgress, which } from "../engine/index.ts";
import { runCommand } from "./command.ts";

const usage = `
npm test [-- FILTER ...]

Sets up what is missing, then checks types, format and lint, and runs the unit, program and integration tests, with the
real engine. With filters, only the test files whose paths contain one of them.

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
      await run("Types", "tsc", ["-p", "."], environment);
      await run("Format and lint", "biome", ["check", "."], environment);
      await testLanguageHost(environment);
    }
    await run("Tests", "vitest", ["run", ...filters], environment);
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
  await run("Language host: vet", "go", ["vet", "./language-host/..."], go, goModule);
  await run("Language host: tests", "go", ["test", "./language-host/..."], go, goModule);
}

async function run(
  what: string,
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  directory = projectDirectory,
): Promise<void> {
  process.stdout.write(`\n${what}\n`);
  const started = Date.now();
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(command, args, { cwd: directory, env: environment, stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", reject);
    child.on("close", (exitCode) => resolve(exitCode ?? 1));
  });
  if (code !== 0) throw new Failure(`${what}: failed`);
  process.stdout.write(`${what}: ${Math.round((Date.now() - started) / 1000)} s\n`);
}
