import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Where this person's `local` stack keeps what it runs and, unless another backend was chosen, Pulumi's state of it: the
 * user's state folder (XDG_STATE_HOME). One for each person of a machine, whichever clone deploys it.
 */
export function stateDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.XDG_STATE_HOME || join(homedir(), ".local", "state"), "hybrid-llm");
}
