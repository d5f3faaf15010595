import { readFileSync } from "node:fs";
import { type BackendName, backendNames } from "./names.ts";
import { ConfigurationError, check, type Problem } from "./problems.ts";
import { RouterConfig } from "./router-config.ts";

/** The environment variable that holds each cloud provider's key, unless the configuration says otherwise. */
export const keyVariables = {
  gemini: "GEMINI_API_KEY",
  claude: "ANTHROPIC_API_KEY",
  openai: "OPENAI_API_KEY",
} as const satisfies Partial<Record<BackendName, string>>;

/** Parses a router's configuration; `source` names it in the error. */
export function parseRouterConfig(value: unknown, source: string): RouterConfig {
  const result = check(RouterConfig, value);
  if (!result.success) throw new ConfigurationError(source, result.problems);
  return deepFreeze(result.data);
}

/**
 * The configuration of a router process: the file wins over defaults, the environment over the file. AIRGAP_MODE only
 * tightens: nothing in the environment can loosen what the file says.
 *
 * @param path of the JSON file; without one the configuration is made from the environment alone
 * @throws ConfigurationError with every problem at once
 */
export function loadRouterConfig(path: string | undefined, environment: NodeJS.ProcessEnv): RouterConfig {
  const source = path ?? "environment";
  const file = path === undefined ? {} : readJson(path);
  const { value, problems } = applyEnvironment(file, environment);
  const result = check(RouterConfig, value);
  const found = [...problems, ...(result.success ? [] : result.problems)];
  if (!result.success || found.length > 0) throw new ConfigurationError(source, found);
  return deepFreeze(result.data);
}

function readJson(path: string): Record<string, unknown> {
  const problem = (allowed: string, fix: string) => new ConfigurationError(path, [{ path: [], allowed, fix }]);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw problem("a readable JSON file", `${(error as Error).message}; give its path with --config or ROUTER_CONFIG`);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw problem("JSON", (error as Error).message);
  }
  throw problem("a JSON object", "write the router's configuration as one object");
}

type Overlay = { value: Record<string, unknown>; problems: Problem[] };

/** Lays the fixed environment variables over a configuration that is not yet checked. */
function applyEnvironment(file: Record<string, unknown>, environment: NodeJS.ProcessEnv): Overlay {
  const value = structuredClone(file);
  const problems: Problem[] = [];
  const read = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const backends = objectAt(value, "backends");

  for (const [backend, variable] of Object.entries(keyVariables)) {
    if (read(variable) && !(backend in backends)) backends[backend] = {};
  }
  const host = read("OLLAMA_HOST");
  if (host) objectAt(backends, "local").baseUrl = /^https?:\/\//.test(host) ? host : `http://${host}`;
  const model = read("OLLAMA_MODEL");
  if (model) objectAt(backends, "local").defaultModel = model;
  const timeout = read("OLLAMA_TIMEOUT");
  if (timeout) {
    const seconds = Number(timeout);
    if (seconds > 0) objectAt(backends, "local").timeoutMs = Math.round(seconds * 1000);
    else problems.push(wrongVariable("OLLAMA_TIMEOUT", timeout, "a number of seconds above 0"));
  }
  const threshold = read("CIRCUIT_BREAKER_FAILURE_THRESHOLD");
  if (threshold) {
    if (Number.isInteger(Number(threshold)) && Number(threshold) > 0) {
      objectAt(value, "breaker").failureThreshold = Number(threshold);
    } else problems.push(wrongVariable("CIRCUIT_BREAKER_FAILURE_THRESHOLD", threshold, "a whole number above 0"));
  }
  const recovery = read("CIRCUIT_BREAKER_RECOVERY_TIMEOUT");
  if (recovery) {
    if (Number(recovery) > 0) objectAt(value, "breaker").recoveryMs = Math.round(Number(recovery) * 1000);
    else problems.push(wrongVariable("CIRCUIT_BREAKER_RECOVERY_TIMEOUT", recovery, "a number of seconds above 0"));
  }
  const collector = read("OTEL_EXPORTER_OTLP_ENDPOINT");
  if (collector) objectAt(value, "telemetry").otlpEndpoint = collector;
  const chain = read("FAILOVER_CHAIN");
  if (chain) {
    const names = chain.split(",").map((name) => name.trim());
    const unknown = names.filter((name) => !(backendNames as readonly string[]).includes(name));
    if (unknown.length === 0) value.failoverChain = names;
    else problems.push(wrongVariable("FAILOVER_CHAIN", chain, `names of ${backendNames.join(", ")} between commas`));
  }
  const airgap = read("AIRGAP_MODE");
  if (airgap && /^(true|1|yes|on)$/i.test(airgap)) tightenForAirgap(value, backends);
  else if (airgap && !/^(false|0|no|off)$/i.test(airgap)) {
    problems.push(wrongVariable("AIRGAP_MODE", airgap, "True or False"));
  }
  return { value, problems };
}

/** Air-gapped by the environment: the cloud backends stay listed, so that asking for one is refused by name. */
function tightenForAirgap(value: Record<string, unknown>, backends: Record<string, unknown>): void {
  value.airgap = true;
  for (const name of Object.keys(keyVariables)) {
    if (name in backends) objectAt(backends, name).enabled = false;
  }
}

function objectAt(parent: Record<string, unknown>, key: string): Record<string, unknown> {
  const found = parent[key];
  if (typeof found === "object" && found !== null) return found as Record<string, unknown>;
  const made: Record<string, unknown> = {};
  parent[key] ??= made;
  return parent[key] === made ? made : {};
}

function wrongVariable(name: string, given: string, allowed: string): Problem {
  return { path: [name], given: JSON.stringify(given), allowed, fix: "change or unset the environment variable" };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
