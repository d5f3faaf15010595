import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { configKey, parseStackConfig } from "../../stacks/config/index.ts";
import { Failure, projectDirectory } from "../engine/index.ts";
import { stackArgument } from "./command.ts";
import { configFile, knownStacks } from "./stack.ts";

const Project = z.object({ name: z.string() });
const Settings = z.object({ config: z.record(z.string(), z.unknown()) });

/** Where a stack's clusters pull the router's image from. @throws Failure where it has no clusters */
export async function repositoriesOf(positionals: readonly string[]): Promise<readonly string[]> {
  const stack = stackArgument(positionals, knownStacks());
  const file = configFile(stack);
  const { name: project } = Project.parse(parse(readFileSync(join(projectDirectory, "Pulumi.yaml"), "utf8")));
  const { config } = Settings.parse(parse(readFileSync(file, "utf8")));
  const checked = parseStackConfig(config[`${project}:${configKey}`], file);
  // The components' libraries take a second to load: only for who asks.
  const { routerRepositoriesOf } = await import("../../stacks/router-images.ts");
  const repositories = routerRepositoriesOf(checked, `${project}-${stack}`);
  if (repositories.length === 0)
    throw new Failure(`The router of ${stack} is a process of this machine: it has no image.`);
  return repositories;
}
