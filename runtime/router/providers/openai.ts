import type { BackendConfig } from "../../config/index.ts";
import type { Secret } from "../secrets.ts";
import { openAiModels } from "./models.ts";
import { OpenAiWire } from "./openai-wire.ts";
import type { LlmProvider } from "./provider.ts";
import { Upstream } from "./upstream.ts";

/** OpenAI, or whatever speaks its wire at `baseUrl`. */
export function createOpenAi(config: BackendConfig, key: Secret, connectMs: number): LlmProvider {
  const upstream = new Upstream(withVersion(config.baseUrl ?? openAiModels.baseUrl), connectMs);
  const headers = (): Record<string, string> => {
    const value = key.read();
    return value === undefined ? {} : { authorization: `Bearer ${value}` };
  };
  const wire = new OpenAiWire(upstream, { limitField: "max_completion_tokens", headers });
  return {
    backend: "openai",
    defaultModel: config.defaultModel ?? openAiModels.defaultModel,
    chat: (call) => wire.chat(call),
    stream: (call) => wire.stream(call),
    async probe(signal) {
      const list = await upstream.json({ method: "GET", path: "/models", headers: headers(), signal });
      return { models: namesIn(list) };
    },
    close: () => upstream.close(),
  };
}

/** As the official clients, a base URL includes `/v1`; one without any path gets it. */
export function withVersion(baseUrl: string): string {
  return new URL(baseUrl).pathname === "/" ? `${baseUrl.replace(/\/$/, "")}/v1` : baseUrl;
}

function namesIn(list: Buffer): string[] {
  try {
    const { data } = JSON.parse(list.toString("utf8")) as { data?: { id?: unknown }[] };
    return (data ?? []).flatMap(({ id }) => (typeof id === "string" ? [id] : []));
  } catch {
    return [];
  }
}
