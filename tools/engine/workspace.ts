import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";
import { stateDirectory } from "../../infra/machine/places.ts";
import { type Engine, ensureEngine } from "./engine.ts";
import { Failure } from "./failure.ts";
import { checkoutDirectory, projectDirectory } from "./places.ts";
import { ensurePlugins, type Plugins, type ProviderName, personalHome } from "./plugins.ts";
import type { Progress } from "./progress.ts";

/** What a Pulumi command of this project runs with. */
export interface Workspace {
  readonly engine: Engine;
  readonly plugins: Plugins;
  readonly backend: Backend;
  /** Set in addition to the environment of whoever calls. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Where the stacks' state is kept. */
export interface Backend {
  readonly url: string;
  /** Whether the person chose it, by PULUMI_BACKEND_URL or a login; ours otherwise. */
  readonly chosen: boolean;
  /** Whether it is a folder of this machine. */
  readonly local: boolean;
}

/**
 * Finds or makes all that Pulumi needs here: engine, provider plugins, backend and passphrase.
 *
 * @param only the providers that are needed, all by default
 */
export async function prepareWorkspace(
  progress: Progress,
  environment: NodeJS.ProcessEnv = process.env,
  only?: readonly ProviderName[],
): Promise<Workspace> {
  const engine = await ensureEngine(progress, environment);
  const plugins = await ensurePlugins(engine, progress, { environment, only });
  const backend = findBackend(environment);
  return { engine, plugins, backend, variables: variablesOf(engine, plugins, backend, environment) };
}

/** The backend that the person chose, else a folder of our own. */
export function findBackend(environment: NodeJS.ProcessEnv = process.env): Backend {
  const own = pathToFileURL(join(stateDirectory(environment), "pulumi")).href;
  const chosen = environment.PULUMI_BACKEND_URL || projectBackend() || login(environment);
  if (!chosen || chosen === own) return { url: own, chosen: false, local: true };
  return { url: chosen, chosen: true, local: chosen.startsWith("file:") };
}

function variablesOf(
  engine: Engine,
  plugins: Plugins,
  backend: Backend,
  environment: NodeJS.ProcessEnv,
): Record<string, string> {
  const path = [join(projectDirectory, "node_modules", ".bin"), engine.binDirectory, environment.PATH ?? ""];
  const variables: Record<string, string> = {
    PATH: [...new Set(path.join(delimiter).split(delimiter))].filter(Boolean).join(delimiter),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Loading the SDK is most of a small preview's time; compiled once, it takes half.
    NODE_COMPILE_CACHE: environment.NODE_COMPILE_CACHE || join(checkoutDirectory, "compiled"),
    PULUMI_BACKEND_URL: backend.url,
    // A stack's salt is in its state too: a clone without it in Pulumi.<stack>.yaml still finds it.
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
  };
  if (plugins.home !== personalHome(environment)) {
    variables.PULUMI_HOME = plugins.home;
    if (backend.chosen) variables.PULUMI_CREDENTIALS_PATH = personalHome(environment);
  }
  if (plugins.providers.some(({ origin }) => origin === "offline")) {
    variables.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION = "true";
  }
  if (!environment.PULUMI_CONFIG_PASSPHRASE && !environment.PULUMI_CONFIG_PASSPHRASE_FILE) {
    variables.PULUMI_CONFIG_PASSPHRASE_FILE = passphraseFile(environment);
  }
  if (backend.local && !backend.chosen)
    mkdirSync(join(stateDirectory(environment), "pulumi"), { recursive: true, mode: 0o700 });
  return variables;
}

/** The generated passphrase that encrypts secrets in the state: made once, readable by its owner alone. */
function passphraseFile(environment: NodeJS.ProcessEnv): string {
  const file = join(stateDirectory(environment), "passphrase");
  mkdirSync(stateDirectory(environment), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, `${randomBytes(32).toString("base64url")}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (statSync(file).size < 16) {
      throw new Failure(`The passphrase file ${file} is damaged: it holds too little.`, [
        "put back the passphrase that encrypted this state, or remove the file to start with a new state",
      ]);
    }
  }
  return file;
}

function projectBackend(): string | undefined {
  const project = parse(readFileSync(join(projectDirectory, "Pulumi.yaml"), "utf8")) as { backend?: { url?: string } };
  return project.backend?.url;
}

/** The backend of `pulumi login`, if the person has one. */
function login(environment: NodeJS.ProcessEnv): string | undefined {
  const file = join(environment.PULUMI_CREDENTIALS_PATH ?? personalHome(environment), "credentials.json");
  if (!existsSync(file)) return undefined;
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { current?: string }).current || undefined;
  } catch {
    return undefined;
  }
}
