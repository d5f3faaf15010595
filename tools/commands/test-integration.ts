import { keyVariables } from "../../runtime/config/index.ts";
import { lookAround } from "../../stacks/local/backends.ts";
import { Failure } from "../engine/index.ts";
import { runCommand } from "./command.ts";
import { runStep } from "./step.ts";

const usage = `
npm run test:integration

Asks the real providers a few short questions through the router: whole, streamed, with a tool, with a schema. Every
provider whose key is in the environment (${Object.values(keyVariables).join(", ")}), and a running Ollama
(OLLAMA_HOST, OLLAMA_MODEL). Costs less than a cent each. Says which were skipped.

  --help
`;

await runCommand({
  usage,
  options: {},
  async run() {
    const { withKey, ollama } = await lookAround(process.env);
    const found = [...withKey, ...(ollama ? (["local"] as const) : [])];
    const skipped = [
      ...Object.entries(keyVariables).filter(([backend]) => !withKey.some((name) => name === backend)),
      ...(ollama ? [] : ([["local", "a running Ollama (OLLAMA_HOST)"]] as const)),
    ];
    if (found.length > 0) {
      const environment = {
        ...process.env,
        REAL_BACKENDS: found.join(","),
        ...(ollama ? { OLLAMA_HOST: ollama } : {}),
      };
      await runStep("Real providers", "vitest", ["run", "--project", "real"], { environment });
    }
    for (const [backend, needs] of skipped) process.stdout.write(`SKIPPED: ${backend}, for want of ${needs}.\n`);
    if (found.length > 0) return;
    const text = "Nothing was tested: there is no key and no Ollama. Set one of the variables above and run it again.";
    if (process.env.REQUIRE_REAL === "true") throw new Failure(text);
    process.stdout.write(`${text}\n`);
  },
});
