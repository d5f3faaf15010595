import type { BackendConfig } from "../../config/index.ts";
import { UpstreamFailure } from "./failure.ts";
import { ollamaModels } from "./models.ts";
import { ollamaDialect, unsupportedByOllama } from "./ollama-dialect.ts";
import { OpenAiWire } from "./openai-wire/index.ts";
import type { LlmProvider } from "./provider.ts";
import { Upstream } from "./upstream.ts";

/** Models of our own under Ollama: chat over its OpenAI-compatible path, the rest over its native one. */
export function createOllama(config: BackendConfig, connectMs: number): LlmProvider {
  const root = (config.baseUrl ?? ollamaModels.baseUrl).replace(/\/(v1\/?)?$/, "");
  const native = new Upstream(root, connectMs);
  const compatible = new Upstream(`${root}/v1`, connectMs);
  const wire = new OpenAiWire(compatible, ollamaDialect, () => ({}));
  return {
    backend: "local",
    defaultModel: config.defaultModel ?? ollamaModels.defaultModel,
    server: native.server,
    wire: "openai",
    unsupported: unsupportedByOllama,
    // Its templates leave a last assistant's message open.
    continuesPrefill: () => config.prefill ?? true,
    stream: (call) => wire.stream(call),
    whole: (call) => wire.whole(call),
    embed: (call) => wire.embed(call),
    async probe(signal) {
      await native.json({ method: "GET", path: "/api/version", signal });
      return { models: namesIn(await native.json({ method: "GET", path: "/api/tags", signal })) };
    },
    async close() {
      await Promise.all([native.close(), compatible.close()]);
    },
  };
}

/** Ollama's names; `llama3:latest` may also be asked for as `llama3`. */
function namesIn(tags: Buffer): string[] {
  try {
    const { models } = JSON.parse(tags.toString("utf8")) as { models?: { name?: unknown }[] };
    return (models ?? []).flatMap(({ name }) => (typeof name === "string" ? [name.replace(/:latest$/, "")] : []));
  } catch {
    throw new UpstreamFailure("its list of models is not JSON");
  }
}
