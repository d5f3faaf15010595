import { Failure } from "../engine/index.ts";
import { stackArgument } from "./command.ts";
import { knownStacks, projectName, stackConfigOf } from "./stack.ts";

/** Where a stack's clusters pull the router's image from. @throws Failure where it has no clusters */
export async function repositoriesOf(positionals: readonly string[]): Promise<readonly string[]> {
  const stack = stackArgument(positionals, knownStacks());
  const config = stackConfigOf(stack);
  // The components' libraries take a second to load: only for who asks.
  const { routerRepositoriesOf } = await import("../../stacks/router-images.ts");
  const repositories = routerRepositoriesOf(config, `${projectName}-${stack}`);
  if (repositories.length === 0)
    throw new Failure(`The router of ${stack} is a process of this machine: it has no image.`);
  return repositories;
}
