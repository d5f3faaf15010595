import { execFileSync } from "node:child_process";
import { lookAround } from "../../stacks/local/backends.ts";
import {
  ensurePlugins,
  findBackend,
  findEngine,
  findOnPath,
  minimumVersion,
  terminalProgress,
  which,
  whyNotBuildable,
} from "../engine/index.ts";
import { runCommand } from "./command.ts";

const usage = `
npm run doctor [-- --retry]

Says what this machine has: Node, engine, provider plugins (official or offline), state, backends.

  --retry   asks again for official provider plugins that could not be had before
  --help
`;

const say = (what: string, text: string) => process.stdout.write(`${what.padEnd(11)}${text}\n`);

await runCommand({
  usage,
  options: { retry: { type: "boolean", default: false } },
  async run({ retry }) {
    say("node", `${process.version} (${process.execPath})`);
    const onPath = findOnPath();
    const engine = findEngine();
    if (onPath?.unfit) say("engine", `${onPath.file} is not used: ${onPath.unfit}`);
    if (engine) say("engine", `Pulumi ${engine.version}, ${engine.origin}: ${engine.binDirectory}`);
    else {
      const unbuildable = whyNotBuildable();
      const then = unbuildable ? `and it can't be built here: ${unbuildable}` : "npm run up installs or builds it";
      say("engine", `none yet (${minimumVersion} or newer is needed); ${then}`);
    }
    if (engine) {
      const { providers, home } = await ensurePlugins(engine, terminalProgress(), { retry });
      for (const { name, version, origin } of providers) {
        say("provider", `${name} ${version}: ${origin === "offline" ? "OFFLINE PROVIDER, ours" : "official"}`);
      }
      say("plugins", home);
    }
    const backend = findBackend();
    say("state", `${backend.url}${backend.chosen ? "" : " (ours)"}`);
    say(
      "go",
      which("go")
        ? execFileSync("go", ["version"], { encoding: "utf8" }).trim()
        : "none; needed only to build the engine",
    );
    const { withKey, ollama } = await lookAround(process.env);
    say("keys", withKey.length > 0 ? `in the environment for ${withKey.join(", ")}` : "none in the environment");
    say("ollama", ollama ?? "none answers");
  },
});
