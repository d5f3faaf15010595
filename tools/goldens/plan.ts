import type { Registrations } from "../../infra/cost/index.ts";
import { keyVariables } from "../../runtime/config/index.ts";
import type { StackConfig } from "../../stacks/config/index.ts";
import { type PlannedResource, planOf } from "../../stacks/plan/index.ts";
import { projectName, stackConfigOf } from "../commands/stack.ts";

/** Nobody listens there: https://www.iana.org/assignments/service-names-port-numbers, discard. */
const nowhere = "127.0.0.1:9";

/** A stack's plan, whatever this machine offers: a local stack would plan with a person's keys and Ollama. */
export async function planHere(
  stack: string,
): Promise<{ readonly config: StackConfig; readonly plan: Registrations<PlannedResource> }> {
  const without = Object.fromEntries(Object.values(keyVariables).map((name) => [name, undefined]));
  return within({ ...without, OLLAMA_HOST: nowhere }, async () => {
    const config = stackConfigOf(stack);
    return { config, plan: await planOf(config, { project: projectName, stack }) };
  });
}

/** Runs something with other variables in this process's environment. */
async function within<Result>(
  changes: Readonly<Record<string, string | undefined>>,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = Object.keys(changes).map((name) => [name, process.env[name]] as const);
  set(Object.entries(changes));
  try {
    return await work();
  } finally {
    set(before);
  }
}

function set(variables: readonly (readonly [string, string | undefined])[]): void {
  for (const [name, value] of variables) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}
