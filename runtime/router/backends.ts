import {
  type BackendConfig,
  type BackendName,
  backendNames,
  cloudBackends,
  keyVariables,
  type RouterConfig,
  splitAddress,
} from "../config/index.ts";
import type { Revocations } from "./access/index.ts";
import type { CancelSignal } from "./cancel.ts";
import { createClaude } from "./providers/claude/index.ts";
import { createGemini } from "./providers/gemini/index.ts";
import { ollamaModels } from "./providers/models.ts";
import { createOllama } from "./providers/ollama.ts";
import { createOpenAi } from "./providers/openai.ts";
import type { LlmProvider } from "./providers/provider.ts";
import { createTriton } from "./providers/triton/index.ts";
import { RetryBudget } from "./reliability/index.ts";
import { openSecret, type Secret, type SourcedSecret } from "./secrets.ts";
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
  /** The models that it listed itself when it was last asked. */
  readonly listed: Set<string>;
  /** Whether it can be expected to have a model; a cloud provider is believed to have what the configuration names. */
  readonly has: (model: string) => boolean;
  readonly defaultMaxOutputTokens: number;
  /** The deadline of a whole answer; milliseconds. */
  readonly totalMs: number;
  readonly vitals: Vitals;
  readonly retryBudget: RetryBudget;
  /** Absent where it needs none. */
  readonly key?: BackendKey;
}

/** The key by which a provider knows us. */
export interface BackendKey extends SourcedSecret {
  /**
   * Asks the provider, in its cheapest way, whether it takes a key, without using it for anything else.
   *
   * @throws UpstreamFailure
   */
  prove(key: string, signal: CancelSignal): Promise<void>;
}

export type Backends = Readonly<Record<BackendName, Backend>>;

export interface BackendSources {
  readonly config: RouterConfig;
  readonly environment: NodeJS.ProcessEnv;
  /** The folder that relative paths of the configuration start from. */
  readonly baseDirectory: string;
  /** What may not be asked because somebody said so. */
  readonly revocations: Revocations;
}

type Opened = { provider?: LlmProvider; key?: BackendKey };

/** How each backend's provider is made. */
const adapters: Record<BackendName, (config: BackendConfig, sources: BackendSources) => Opened> = {
  gemini: (config, sources) => withKey("gemini", config, sources, createGemini),
  claude: (config, sources) => withKey("claude", config, sources, createClaude),
  openai: (config, sources) => withKey("openai", config, sources, createOpenAi),
  local: (config, { config: { deadlines } }) => ({ provider: createOllama(config, deadlines.connectMs) }),
  triton: (config, { config: { deadlines } }) => ({ provider: createTriton(config, deadlines.connectMs) }),
};

function withKey(
  name: keyof typeof keyVariables,
  config: BackendConfig,
  { config: { deadlines }, environment, baseDirectory }: BackendSources,
  create: (config: BackendConfig, key: Secret, connectMs: number) => LlmProvider,
): Opened {
  const secret = openSecret(config.apiKey ?? { env: keyVariables[name] }, environment, baseDirectory);
  const prove = async (key: string, signal: CancelSignal) => {
    const other = create(config, { ...secret, read: () => key }, deadlines.connectMs);
    try {
      await other.probe(signal);
    } finally {
      await other.close();
    }
  };
  return { key: { ...secret, prove }, provider: create(config, secret, deadlines.connectMs) };
}

export function openBackends(sources: BackendSources): Backends {
  const open = (name: BackendName) => openBackend(name, sources);
  return Object.fromEntries(backendNames.map((name) => [name, open(name)])) as Record<BackendName, Backend>;
}

function openBackend(name: BackendName, sources: BackendSources): Backend {
  const config = sources.config.backends[name];
  const { provider, key }: Opened = config?.enabled ? adapters[name](config, sources) : {};
  const defaultModel = provider?.defaultModel ?? config?.defaultModel;
  const fixed = fixedReason(name, config);
  const served = Object.keys(config?.triton?.models ?? {});
  const named = [...(defaultModel ? [defaultModel] : []), ...(config?.models ?? []), ...served];
  const models = [...new Set([...named, ...modelsOfRules(name, sources.config)])];
  const listed = new Set<string>();
  return {
    name,
    cloud: cloudBackends.includes(name),
    rehearsal: config?.rehearsal ?? false,
    provider,
    ...(key ? { key } : {}),
    disabled() {
      if (fixed !== undefined) return fixed;
      const value = key?.read();
      const revoked = sources.revocations.why(name, value);
      if (revoked !== undefined) return revoked;
      return key && !config?.rehearsal && !value ? `no key: ${key.remedy}` : undefined;
    },
    models,
    listed,
    has: (model) => models.includes(model) || listed.has(model) || name !== "local",
    defaultMaxOutputTokens: config?.defaultMaxOutputTokens ?? 4096,
    totalMs: config?.timeoutMs ?? (name === "local" ? ollamaModels.timeoutMs : sources.config.deadlines.totalMs),
    vitals: new Vitals(),
    retryBudget: new RetryBudget(sources.config.retries),
  };
}

/** Models that the configuration's own rules send requests to are models that a request may name. */
function modelsOfRules(name: BackendName, { arbitrage, predictive, embeddings }: RouterConfig): string[] {
  const addresses = [
    // Whether Ollama has pulled a tier's model is for Ollama to say.
    ...(arbitrage.strategy === "chain" || name === "local" ? [] : Object.values(arbitrage.tiers)),
    ...(predictive.enabled ? [predictive.switchTo] : []),
    ...(embeddings.model ? [embeddings.model] : []),
  ];
  return addresses.map(splitAddress).flatMap(([backend, model]) => (backend === name ? [model] : []));
}

function fixedReason(name: BackendName, config: BackendConfig | undefined): string | undefined {
  const variable = (keyVariables as Partial<Record<BackendName, string>>)[name];
  if (!config) return variable ? `no key: set ${variable}` : "not configured";
  return config.enabled ? undefined : "disabled in the configuration";
}
