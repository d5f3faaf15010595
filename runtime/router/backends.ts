import {
  type BackendConfig,
  type BackendName,
  backendNames,
  cloudBackends,
  keyVariables,
  type RouterConfig,
} from "../config/index.ts";
import { ollamaModels } from "./providers/models.ts";
import { createOllama } from "./providers/ollama.ts";
import { createOpenAi } from "./providers/openai.ts";
import type { LlmProvider } from "./providers/provider.ts";
import { openSecret, type Secret } from "./secrets.ts";
import { Vitals } from "./vitals.ts";

/** One backend as the router sees it: how to reach it, or why it can't be. */
export interface Backend {
  readonly name: BackendName;
  /** Runs outside of what the company owns. */
  readonly cloud: boolean;
  readonly rehearsal: boolean;
  readonly provider: LlmProvider | undefined;
  /** Why it may not be asked now; undefined when it may. */
  readonly disabled: () => string | undefined;
  /** The default model first, then those that the configuration names. */
  readonly models: readonly string[];
  readonly defaultMaxOutputTokens: number;
  /** The deadline of a whole answer; milliseconds. */
  readonly totalMs: number;
  readonly vitals: Vitals;
}

export type Backends = Readonly<Record<BackendName, Backend>>;

export interface BackendSources {
  readonly config: RouterConfig;
  readonly environment: NodeJS.ProcessEnv;
  /** The folder that relative paths of the configuration start from. */
  readonly baseDirectory: string;
}

type Opened = { provider?: LlmProvider; key?: Secret };

/** How each backend's provider is made; one that is not here has no adapter in this version. */
const adapters: Partial<Record<BackendName, (config: BackendConfig, sources: BackendSources) => Opened>> = {
  openai: (config, sources) => {
    const key = keyOf("openai", config, sources);
    return { key, provider: createOpenAi(config, key, sources.config.deadlines.connectMs) };
  },
  local: (config, { config: { deadlines } }) => ({ provider: createOllama(config, deadlines.connectMs) }),
};

export function openBackends(sources: BackendSources): Backends {
  const open = (name: BackendName) => openBackend(name, sources);
  return Object.fromEntries(backendNames.map((name) => [name, open(name)])) as Record<BackendName, Backend>;
}

function openBackend(name: BackendName, sources: BackendSources): Backend {
  const config = sources.config.backends[name];
  const adapter = adapters[name];
  const { provider, key }: Opened = config?.enabled && adapter ? adapter(config, sources) : {};
  const defaultModel = provider?.defaultModel ?? config?.defaultModel;
  const fixed = fixedReason(name, config, adapter !== undefined);
  return {
    name,
    cloud: cloudBackends.includes(name),
    rehearsal: config?.rehearsal ?? false,
    provider,
    disabled: () => fixed ?? (key && !config?.rehearsal && !key.read() ? `no key: ${key.remedy}` : undefined),
    models: [...new Set([...(defaultModel ? [defaultModel] : []), ...(config?.models ?? [])])],
    defaultMaxOutputTokens: config?.defaultMaxOutputTokens ?? 4096,
    totalMs: config?.timeoutMs ?? (name === "local" ? ollamaModels.timeoutMs : sources.config.deadlines.totalMs),
    vitals: new Vitals(),
  };
}

function fixedReason(name: BackendName, config: BackendConfig | undefined, hasAdapter: boolean): string | undefined {
  const variable = (keyVariables as Partial<Record<BackendName, string>>)[name];
  if (!config) return variable ? `no key: set ${variable}` : "not configured";
  if (!config.enabled) return "disabled in the configuration";
  return hasAdapter ? undefined : "this version has no adapter for it";
}

function keyOf(name: keyof typeof keyVariables, config: BackendConfig, sources: BackendSources): Secret {
  return openSecret(config.apiKey ?? { env: keyVariables[name] }, sources.environment, sources.baseDirectory);
}
