import { dirname } from "node:path";
import { parseArgs } from "node:util";
import {
  ConfigurationError,
  issueKey,
  loadRouterConfig,
  parseRouterConfig,
  type RouterConfig,
} from "../config/index.ts";
import { ollamaModels } from "./providers/models.ts";
import type { ConfigSource } from "./reload.ts";

export const help = `The hybrid-llm router: one API over Gemini, Claude, OpenAI and models of your own.

  node runtime/router/main.ts [--config FILE] [--port N] [--host H]
  node runtime/router/main.ts --issue-key [--tenant NAME]

  --config FILE   its configuration as JSON (or ROUTER_CONFIG); without one the environment alone is used
  --port N        instead of listen.port; 0 takes a free one
  --host H        instead of listen.host
  --issue-key     prints a new API key, once, and the entry for "keys" in the configuration
  --tenant NAME   the tenant of the new key
  --help

The environment: OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, OLLAMA_HOST, OLLAMA_MODEL, OLLAMA_TIMEOUT,
FAILOVER_CHAIN, AIRGAP_MODE, CIRCUIT_BREAKER_FAILURE_THRESHOLD, CIRCUIT_BREAKER_RECOVERY_TIMEOUT,
OTEL_EXPORTER_OTLP_ENDPOINT.

A changed configuration file is read again at once, without dropping a request; one with mistakes is refused and the
old one stays. SIGHUP reads it now. Changed certificates are read again too.
`;

export type Command =
  | { readonly kind: "help" }
  | { readonly kind: "issue-key"; readonly tenant: string }
  | {
      readonly kind: "serve";
      readonly config: RouterConfig;
      readonly baseDirectory: string;
      /** The file that the configuration came from, and how it is read again. */
      readonly source?: ConfigSource;
    };

/**
 * Reads the command line and the configuration.
 *
 * @throws ConfigurationError
 */
export function parseCommand(argv: readonly string[], environment: NodeJS.ProcessEnv): Command {
  const values = readArguments(argv);
  if (values.help) return { kind: "help" };
  if (values["issue-key"]) return { kind: "issue-key", tenant: values.tenant ?? "default" };
  const path = values.config ?? (environment.ROUTER_CONFIG?.trim() || undefined);
  const load = (): RouterConfig => {
    const config = loadRouterConfig(path, path === undefined ? withOllama(environment) : environment);
    if (values.host === undefined && values.port === undefined) return config;
    const listen = {
      ...config.listen,
      ...(values.host === undefined ? {} : { host: values.host }),
      ...(values.port === undefined ? {} : { port: portOf(values.port) }),
    };
    return parseRouterConfig({ ...config, listen }, path ?? "command line");
  };
  const config = load();
  if (path === undefined) return { kind: "serve", config, baseDirectory: "." };
  return { kind: "serve", config, baseDirectory: dirname(path), source: { file: path, load } };
}

/** What `--issue-key` prints: the only time that the key is seen. */
export function issuedKeyText(tenant: string): string {
  const { id, key, sha256 } = issueKey();
  const entry = JSON.stringify({ id, sha256, tenant }, null, 2);
  return `The key, shown this once:\n\n  ${key}\n\nAdd this to "keys" in the router's configuration (it holds the key's hash only):\n\n${entry}\n`;
}

/** Without a file nobody has left out the local backend: Ollama is asked where it usually is. */
function withOllama(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return environment.OLLAMA_HOST?.trim() ? environment : { ...environment, OLLAMA_HOST: ollamaModels.baseUrl };
}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        config: { type: "string" },
        port: { type: "string" },
        host: { type: "string" },
        help: { type: "boolean", short: "h" },
        "issue-key": { type: "boolean" },
        tenant: { type: "string" },
      },
    }).values;
  } catch (error) {
    const fix = (error as Error).message.split("\n")[0] ?? "";
    throw new ConfigurationError("command line", [{ path: ["arguments"], allowed: "those that --help lists", fix }]);
  }
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  const problem = { path: ["--port"], given: text, allowed: "a number from 0 to 65535", fix: "change it" };
  throw new ConfigurationError("command line", [problem]);
}
