import type { BackendName } from "../../config/index.ts";

/**
 * Every name that telemetry writes. OpenTelemetry's are those of the semantic conventions v1.41, the last release that
 * holds the generative-AI names; `hybrid_llm.*` are this router's own, because no convention has them.
 */
export const schemaUrl = "https://opentelemetry.io/schemas/1.41.0";
export const scopeName = "hybrid-llm-router";

/** Attributes of the process that sends spans. */
export const resource = {
  serviceName: "service.name",
  serviceVersion: "service.version",
  serviceInstanceId: "service.instance.id",
  routerName: "hybrid_llm.router",
  region: "hybrid_llm.region",
  configHash: "hybrid_llm.config.hash",
} as const;

/** Attributes of spans. */
export const attribute = {
  httpMethod: "http.request.method",
  httpRoute: "http.route",
  httpStatus: "http.response.status_code",
  urlPath: "url.path",
  urlScheme: "url.scheme",
  serverAddress: "server.address",
  serverPort: "server.port",
  errorType: "error.type",

  operation: "gen_ai.operation.name",
  provider: "gen_ai.provider.name",
  requestModel: "gen_ai.request.model",
  requestStream: "gen_ai.request.stream",
  requestMaxTokens: "gen_ai.request.max_tokens",
  requestTemperature: "gen_ai.request.temperature",
  requestTopP: "gen_ai.request.top_p",
  requestTopK: "gen_ai.request.top_k",
  requestSeed: "gen_ai.request.seed",
  requestFrequencyPenalty: "gen_ai.request.frequency_penalty",
  requestPresencePenalty: "gen_ai.request.presence_penalty",
  requestChoices: "gen_ai.request.choice.count",
  responseModel: "gen_ai.response.model",
  responseId: "gen_ai.response.id",
  responseFinishReasons: "gen_ai.response.finish_reasons",
  /** Seconds. */
  responseTimeToFirstChunk: "gen_ai.response.time_to_first_chunk",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  cacheReadTokens: "gen_ai.usage.cache_read.input_tokens",
  cacheCreationTokens: "gen_ai.usage.cache_creation.input_tokens",
  reasoningTokens: "gen_ai.usage.reasoning.output_tokens",
  /** JSON; only where the configuration asks for contents. */
  inputMessages: "gen_ai.input.messages",
  outputMessages: "gen_ai.output.messages",

  requestId: "hybrid_llm.request_id",
  tenant: "hybrid_llm.tenant",
  keyId: "hybrid_llm.key_id",
  wire: "hybrid_llm.wire",
  backend: "hybrid_llm.backend",
  model: "hybrid_llm.model",
  reason: "hybrid_llm.reason",
  outcome: "hybrid_llm.outcome",
  errorCode: "hybrid_llm.error_code",
  attempts: "hybrid_llm.attempts",
  attemptNumber: "hybrid_llm.attempt.number",
  attemptCause: "hybrid_llm.attempt.cause",
  sovereign: "hybrid_llm.sovereign",
  /** cheaper or local: what auto meant, where a budget nears its end. */
  throttle: "hybrid_llm.throttle",
  streamed: "hybrid_llm.streamed",
  /** Of the whole request. Not gen_ai.usage.*: whoever adds those up over spans would count them twice. */
  totalInputTokens: "hybrid_llm.usage.input_tokens",
  totalOutputTokens: "hybrid_llm.usage.output_tokens",
  /** US dollars, of all attempts. */
  costUsd: "hybrid_llm.cost_usd",
  /** hit or miss of the response cache. */
  cache: "hybrid_llm.cache",
} as const;

const httpMethods: readonly string[] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
const otherMethod = "_OTHER";

/** The value of http.request.method: others than the standard's are not told apart. */
export const httpMethod = (method: string): string => (httpMethods.includes(method) ? method : otherMethod);

/** The name of a server's span. */
export function serverSpanName(method: string, route: string | undefined): string {
  const known = httpMethod(method);
  const named = known === otherMethod ? "HTTP" : known;
  return route === undefined ? named : `${named} ${route}`;
}

/** Values of gen_ai.provider.name. The conventions have none for models of one's own. */
export const providerNames: Readonly<Record<BackendName, string>> = {
  gemini: "gcp.gemini",
  claude: "anthropic",
  openai: "openai",
  local: "ollama",
  triton: "triton",
};

/** Metrics: the conventions' names in the form that OpenTelemetry's Prometheus exporters give them. */
export const metric = {
  operationDuration: "gen_ai_client_operation_duration_seconds",
  timeToFirstChunk: "gen_ai_client_operation_time_to_first_chunk_seconds",
  tokenUsage: "gen_ai_client_token_usage",

  requests: "hybrid_llm_requests_total",
  requestDuration: "hybrid_llm_request_duration_seconds",
  requestsActive: "hybrid_llm_requests_active",
  requestsRejected: "hybrid_llm_requests_rejected_total",
  streamsOpen: "hybrid_llm_streams_open",
  attempts: "hybrid_llm_attempts_total",
  retries: "hybrid_llm_retries_total",
  failovers: "hybrid_llm_failovers_total",
  continuations: "hybrid_llm_continuations_total",
  breakerState: "hybrid_llm_breaker_state",
  predictiveAverage: "hybrid_llm_predictive_average_seconds",
  predictiveSlow: "hybrid_llm_predictive_slow",
  cost: "hybrid_llm_cost_usd_total",
  budgetLimit: "hybrid_llm_budget_limit_usd",
  budgetSpent: "hybrid_llm_budget_spent_usd",
  budgetReserved: "hybrid_llm_budget_reserved_usd",
  budgetThrottle: "hybrid_llm_budget_throttle",
  budgetAlerts: "hybrid_llm_budget_alerts_total",
  cacheRequests: "hybrid_llm_cache_requests_total",
  cacheSaved: "hybrid_llm_cache_saved_usd_total",
  configReloads: "hybrid_llm_config_reloads_total",
  spansExported: "hybrid_llm_spans_exported_total",
  spansDropped: "hybrid_llm_spans_dropped_total",
  info: "hybrid_llm_info",
} as const;

/** Labels of the conventions' metrics. */
export const label = {
  operation: "gen_ai_operation_name",
  provider: "gen_ai_provider_name",
  requestModel: "gen_ai_request_model",
  tokenType: "gen_ai_token_type",
  errorType: "error_type",
} as const;

/** Upper bounds of histogram buckets, as the conventions recommend them. */
export const buckets = {
  seconds: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
  tokens: [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864],
} as const;
