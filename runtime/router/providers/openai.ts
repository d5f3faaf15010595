import { createHash } from "node:crypto";
import type { BackendConfig } from "../../config/index.ts";
import type { Reasoning, Unsupported } from "../chat/index.ts";
import type { Secret } from "../secrets.ts";
import { renderRequest } from "../wires/openai/index.ts";
import { failureOfStatus, UpstreamFailure } from "./failure.ts";
import { openAiModels, openAiThinking } from "./models.ts";
import { type Dialect, effortOfBudget, OpenAiWire, unsupportedParts, withoutThoughts } from "./openai-wire/index.ts";
import type { ChatQuestion, LlmProvider } from "./provider.ts";
import { type ReadFailure, reasonOf, Upstream } from "./upstream.ts";

/** OpenAI, or whatever speaks its wire at `baseUrl`. */
export function createOpenAi(config: BackendConfig, key: Secret, connectMs: number): LlmProvider {
  const baseUrl = withVersion(config.baseUrl ?? openAiModels.baseUrl);
  const upstream = new Upstream(baseUrl, connectMs, failureOfResponse);
  const headers = (): Record<string, string> => {
    const value = key.read();
    return value === undefined ? {} : { authorization: `Bearer ${value}` };
  };
  const wire = new OpenAiWire(upstream, dialectAt(baseUrl), headers);
  const prefill = config.prefill ?? false;
  return {
    backend: "openai",
    defaultModel: config.defaultModel ?? openAiModels.defaultModel,
    server: upstream.server,
    wire: "openai",
    unsupported: (question, model) => unsupported(question, model, prefill),
    continuesPrefill: () => prefill,
    stream: (call) => wire.stream(call),
    whole: (call) => wire.whole(call),
    embed: (call) => wire.embed(call),
    async probe(signal) {
      const list = await upstream.json({ method: "GET", path: "/models", headers: headers(), signal });
      return { models: namesIn(list) };
    },
    close: () => upstream.close(),
  };
}

/** Used-up credit is told as a limit of rate, which no pause would lift. */
const failureOfResponse: ReadFailure = (status, body, retryAfterMs) => {
  const reason = reasonOf(body);
  if (status === 429 && reason.code === "insufficient_quota") {
    return new UpstreamFailure(`HTTP ${status}, our credit is used up`, { consequence: "alert", status });
  }
  return failureOfStatus(status, reason, retryAfterMs);
};

/** As the official clients, a base URL includes `/v1`; one without any path gets it. */
export function withVersion(baseUrl: string): string {
  return new URL(baseUrl).pathname === "/" ? `${baseUrl.replace(/\/$/, "")}/v1` : baseUrl;
}

/** OpenAI itself refuses fields of messages that it does not know; others that speak its wire may need them. */
function dialectAt(baseUrl: string): Dialect {
  const isOpenAi = /(?:^|\.)openai\.(?:azure\.)?com$/.test(new URL(baseUrl).hostname);
  return {
    limitField: "max_completion_tokens",
    adapt: (body) => (isOpenAi ? withoutThoughts(body) : body),
    render(request, model) {
      const effort = effortOf(request.reasoning, model);
      const body = renderRequest(request, { joinTexts: false, ...(effort === undefined ? {} : { effort }) });
      return request.user === undefined ? body : { ...body, safety_identifier: identifierOf(request.user) };
    },
  };
}

/** What of a request of its own wire OpenAI can't do it says itself. */
function unsupported(question: ChatQuestion, model: string, prefill: boolean): readonly Unsupported[] {
  if (question.wire === "openai") return unstreamable(question.body);
  const { request } = question;
  const { stop, reasoning, messages } = request;
  const refused = (when: boolean, param: string, reason: string) => (when ? [{ param, reason }] : []);
  return [
    ...unsupportedParts(request, { backend: "openai", imageAddresses: true, files: true }),
    ...refused(stop.length > maxStops, "stop_sequences", `openai takes at most ${maxStops}`),
    ...refused(
      reasoning?.enabled === false && openAiThinking.always.test(model),
      "thinking",
      `openai/${model} always thinks`,
    ),
    ...refused(
      messages.at(-1)?.role === "assistant" && !prefill,
      "messages",
      "openai does not go on with an answer that the request ends with",
    ),
  ];
}

const maxStops = 4;

/** The router asks for a stream always, also where the client does not. */
function unstreamable({ stream, audio }: ChatQuestion["body"]): readonly Unsupported[] {
  const format = typeof audio === "object" && audio !== null && "format" in audio ? audio.format : streamedAudio;
  if (stream === true || format === streamedAudio) return [];
  return [{ param: "audio.format", reason: `openai streams sound as ${streamedAudio} only` }];
}

const streamedAudio = "pcm16";

function effortOf(reasoning: Reasoning | undefined, model: string): string | undefined {
  if (!reasoning) return undefined;
  const { enabled, effort, budgetTokens } = reasoning;
  if (enabled === false) return openAiThinking.able.test(model) ? "none" : undefined;
  if (effort !== undefined || budgetTokens === undefined) return effort;
  return effortOfBudget(budgetTokens);
}

/** OpenAI refuses more than 64 characters; clients of the Anthropic wire send longer ones. */
function identifierOf(user: string): string {
  return user.length <= 64 ? user : createHash("sha256").update(user).digest("hex");
}

function namesIn(list: Buffer): string[] {
  try {
    const { data } = JSON.parse(list.toString("utf8")) as { data?: { id?: unknown }[] };
    return (data ?? []).flatMap(({ id }) => (typeof id === "string" ? [id] : []));
  } catch {
    return [];
  }
}
