import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The top of this checkout. */
export const projectDirectory = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What this checkout keeps for itself and git does not see: the private PULUMI_HOME, bundles, notes. */
export const checkoutDirectory = join(projectDirectory, ".pulumi");

/** Where built tools are kept, shared by all clones of a person: the user's cache folder (XDG_CACHE_HOME). */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.XDG_CACHE_HOME || join(homedir(), ".cache"), "hybrid-llm");
}
