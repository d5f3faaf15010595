import type { BackendConfig } from "../../../config/index.ts";
import type { Secret } from "../../secrets.ts";
import { isObject } from "../../wires/anthropic/index.ts";
import { UpstreamFailure } from "../failure.ts";
import type { ChatQuestion, LlmProvider } from "../provider.ts";
import { tokenCountIn } from "../token-count.ts";
import { requireType, Upstream } from "../upstream.ts";
import { claudeBody, countBody } from "./body.ts";
import { eventsOf } from "./events.ts";
import { failureOfResponse } from "./failure.ts";
import { claudeModel, claudeModels } from "./models.ts";
import { unsupportedBy } from "./unsupported.ts";

/** Anthropic's Claude, or whatever speaks its wire at `baseUrl`. */
export function createClaude(config: BackendConfig, key: Secret, connectMs: number): LlmProvider {
  const upstream = new Upstream(withoutVersion(config.baseUrl ?? claudeModels.baseUrl), connectMs, failureOfResponse);
  /** The key is read for each request, so that a rotated one is used at once. */
  const headers = (more: Readonly<Record<string, string>> = {}): Record<string, string> => {
    const value = key.read();
    return {
      "anthropic-version": claudeModels.version,
      ...more,
      ...(value === undefined ? {} : { "x-api-key": value }),
    };
  };
  const continuesPrefill = (model: string) => config.prefill ?? claudeModel(model).continuesPrefill;
  return {
    backend: "claude",
    server: upstream.server,
    wire: "anthropic",
    defaultModel: config.defaultModel ?? claudeModels.defaultModel,
    unsupported: (question, model) => unsupportedBy(question, model, continuesPrefill(model)),
    continuesPrefill,
    async stream(call) {
      const { headers: answered, body } = await upstream.open({
        method: "POST",
        path: "/v1/messages",
        headers: headers({ "content-type": "application/json", ...ownHeaders(call.question), ...call.trace }),
        body: JSON.stringify(claudeBody(call)),
        signal: call.signal,
      });
      requireType(answered, "text/event-stream");
      return eventsOf(body, call.signal);
    },
    async countTokens(call) {
      const answer = await upstream.json({
        method: "POST",
        path: "/v1/messages/count_tokens",
        headers: headers({ "content-type": "application/json", ...ownHeaders(call.question), ...call.trace }),
        body: JSON.stringify(countBody(call)),
        signal: call.signal,
      });
      return tokenCountIn(answer, "input_tokens");
    },
    async probe(signal) {
      const list = await upstream.json({ method: "GET", path: "/v1/models?limit=1000", headers: headers(), signal });
      return { models: namesIn(list) };
    },
    close: () => upstream.close(),
  };
}

/** As the official clients, a base URL goes without `/v1`; one that has it is meant the same. */
function withoutVersion(baseUrl: string): string {
  return baseUrl.replace(/\/(?:v1\/?)?$/, "");
}

/** What a client of the same wire says in headers, e.g. which beta features it wants. */
const ownHeaders = ({ wire, headers }: ChatQuestion) => (wire === "anthropic" ? headers : undefined);

function namesIn(list: Buffer): string[] {
  let value: unknown;
  try {
    value = JSON.parse(list.toString("utf8"));
  } catch {
    throw new UpstreamFailure("its list of models is not JSON");
  }
  const data: unknown[] = isObject(value) && Array.isArray(value.data) ? value.data : [];
  return data.flatMap((model) => (isObject(model) && typeof model.id === "string" ? [model.id] : []));
}
