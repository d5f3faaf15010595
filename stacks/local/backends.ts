import { createHash } from "node:crypto";
import {
  type BackendConfig,
  type BackendName,
  keyVariables,
  parseRouterConfig,
  type RouterConfig,
} from "../../runtime/config/index.ts";

/** What this machine offers the router. */
export interface Surroundings {
  /** Backends whose key is in the environment. */
  readonly withKey: readonly (keyof typeof keyVariables)[];
  /** Address of an Ollama that answers. */
  readonly ollama?: string;
}

const defaultOllama = "http://localhost:11434";
const answerMs = 1_000;

/** Looks for providers' keys in the environment and for a running Ollama at OLLAMA_HOST. */
export async function lookAround(environment: NodeJS.ProcessEnv): Promise<Surroundings> {
  const withKey = (Object.keys(keyVariables) as (keyof typeof keyVariables)[]).filter(
    (backend) => (environment[keyVariables[backend]] ?? "").trim() !== "",
  );
  const host = environment.OLLAMA_HOST?.trim() || defaultOllama;
  const ollama = /^https?:\/\//.test(host) ? host : `http://${host}`;
  return (await answers(ollama)) ? { withKey, ollama } : { withKey };
}

async function answers(ollama: string): Promise<boolean> {
  try {
    const response = await fetch(new URL("/api/version", ollama), { signal: AbortSignal.timeout(answerMs) });
    return response.ok;
  } catch {
    return false;
  }
}

/**
 * The names of variables to hand to the router, and a version of their values and of the environment file's, so that a
 * change is noticed. The version is a hash of keys that nobody can guess; it is kept as a secret all the same.
 *
 * @param file what the router reads itself
 */
export function secretsOf(
  around: Surroundings,
  environment: NodeJS.ProcessEnv,
  file: Readonly<Record<string, string>> = {},
): { names: string[]; version: string } {
  const names = around.withKey.map((backend) => keyVariables[backend]).filter((name) => file[name] === undefined);
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${name}=${environment[name]}\n`);
  for (const [name, value] of Object.entries(file).sort()) hash.update(`${name}=${value}\n`);
  return { names, version: hash.digest("hex").slice(0, 16) };
}

/** Whether rehearsal providers stand in, and for what reason. */
export function needsRehearsal(when: "needed" | "always" | "never", around: Surroundings): boolean {
  if (when !== "needed") return when === "always";
  return around.withKey.length === 0 && around.ollama === undefined;
}

/** The configuration with the backends that are really there: what was written wins over what was found. */
export function withBackends(
  config: RouterConfig,
  around: Surroundings,
  rehearsalUrl: string | undefined,
  environment: NodeJS.ProcessEnv,
): RouterConfig {
  const found: Partial<Record<BackendName, Partial<BackendConfig>>> = {};
  for (const backend of config.airgap ? [] : around.withKey) found[backend] = {};
  if (around.ollama) {
    const defaultModel = environment.OLLAMA_MODEL?.trim();
    found.local = { baseUrl: around.ollama, ...(defaultModel ? { defaultModel } : {}) };
  }
  if (rehearsalUrl !== undefined) {
    if (!config.airgap) {
      found.gemini ??= { baseUrl: `${rehearsalUrl}/v1beta`, rehearsal: true };
      found.claude ??= { baseUrl: rehearsalUrl, rehearsal: true };
      found.openai ??= { baseUrl: `${rehearsalUrl}/v1`, rehearsal: true };
    }
    found.local ??= { baseUrl: rehearsalUrl, rehearsal: true };
  }
  const names = new Set([...Object.keys(found), ...Object.keys(config.backends)]) as Set<BackendName>;
  const backends = Object.fromEntries([...names].map((name) => [name, { ...found[name], ...config.backends[name] }]));
  return parseRouterConfig({ ...config, allowRehearsal: rehearsalUrl !== undefined, backends }, "the local stack");
}
