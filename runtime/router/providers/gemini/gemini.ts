import type { BackendConfig } from "../../../config/index.ts";
import { isObject } from "../../json.ts";
import type { Secret } from "../../secrets.ts";
import { UpstreamFailure } from "../failure.ts";
import type { ChatQuestion, LlmProvider } from "../provider.ts";
import { tokenCountIn } from "../token-count.ts";
import { requireType, Upstream } from "../upstream.ts";
import { embed } from "./embeddings.ts";
import { geminiFailure } from "./errors.ts";
import { geminiModels, traitsOf } from "./models.ts";
import { render } from "./render.ts";
import { eventsOf } from "./stream.ts";

/** More models than Google has; its own limit of one page. */
const pageSize = 1_000;

/** Google's Gemini API with a key (not Vertex AI, which signs requests). */
export function createGemini(config: BackendConfig, key: Secret, connectMs: number): LlmProvider {
  const upstream = new Upstream(withVersion(config.baseUrl ?? geminiModels.baseUrl), connectMs, geminiFailure);
  const defaultModel = config.defaultModel ?? geminiModels.defaultModel;
  // Google takes the key in the address too, but addresses are logged on the way. Read for each request, so that a
  // rotated key is used at once.
  const headers = (): Record<string, string> => {
    const value = key.read();
    return value === undefined ? {} : { "x-goog-api-key": value };
  };
  const continuesPrefill = (model: string): boolean => config.prefill ?? traitsOf(model).prefill;
  return {
    backend: "gemini",
    defaultModel,
    server: upstream.server,
    wire: "gemini",
    continuesPrefill,
    unsupported: (question, model) => render({ question, model, prefill: continuesPrefill(model) }).unsupported,
    async stream({ question, model, maxOutputTokens, signal, trace }) {
      const { body } = render({ question, model, maxOutputTokens, prefill: continuesPrefill(model) });
      const answer = await upstream.open({
        method: "POST",
        path: `/models/${encodeURIComponent(model)}:streamGenerateContent?alt=sse`,
        headers: { "content-type": "application/json", ...headers(), ...trace },
        body: JSON.stringify(body),
        signal,
      });
      requireType(answer.headers, "text/event-stream");
      return eventsOf(answer.body, { model, maxCalls: maxCallsOf(question) }, signal);
    },
    embed(call) {
      const model = call.model === defaultModel ? geminiModels.embeddingModel : call.model;
      return embed(upstream, headers(), { ...call, model });
    },
    async countTokens({ question, model, signal, trace }) {
      const { body } = render({ question, model, prefill: continuesPrefill(model) });
      const answer = await upstream.json({
        method: "POST",
        path: `/models/${encodeURIComponent(model)}:countTokens`,
        headers: { "content-type": "application/json", ...headers(), ...trace },
        // Contents alone would leave out what the system and the tools say.
        body: JSON.stringify({ generateContentRequest: { model: `models/${model}`, ...body } }),
        signal,
      });
      return tokenCountIn(answer, "totalTokens");
    },
    async probe(signal) {
      const path = `/models?pageSize=${pageSize}`;
      return { models: namesIn(await upstream.json({ method: "GET", path, headers: headers(), signal })) };
    },
    close: () => upstream.close(),
  };
}

/**
 * Gemini can't be told to call one tool at a time, but be held to it: what it calls beside the first it calls again when
 * it has that one's result.
 */
const maxCallsOf = ({ request }: ChatQuestion): number | undefined =>
  request.parallelToolCalls === false ? 1 : undefined;

/** As the official client, a base URL without any path gets the API's version. */
function withVersion(baseUrl: string): string {
  return new URL(baseUrl).pathname === "/" ? `${baseUrl.replace(/\/$/, "")}/v1beta` : baseUrl;
}

/** Google's names without the `models/` before them. */
function namesIn(list: Buffer): string[] {
  let value: unknown;
  try {
    value = JSON.parse(list.toString("utf8"));
  } catch {
    throw new UpstreamFailure("its list of models is not JSON");
  }
  const models: readonly unknown[] = isObject(value) && Array.isArray(value.models) ? value.models : [];
  return models.flatMap((model) =>
    isObject(model) && typeof model.name === "string" ? [model.name.replace(/^models\//, "")] : [],
  );
}
