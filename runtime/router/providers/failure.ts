import type { BackendFailure } from "../errors.ts";

/** What a failed attempt means for the request. */
export type Consequence =
  /** The client's fault: passed through with the provider's reason, not retried. */
  | "reject"
  /** Our fault (key, credit, model): someone must be told; next target. */
  | "alert"
  /** It may pass: next target. */
  | "failover";

/** The provider's own words about a request that it refuses; for the client only, never logged. */
export interface Rejection {
  readonly status: number;
  readonly message: string;
  readonly type?: string;
  readonly param?: string;
  readonly code?: string;
  readonly kind?: RejectionKind;
}

/** What a provider refused, where that decides how the request goes on. */
export type RejectionKind =
  /** The request is longer than the model's context: a larger model may take it. */
  | "context_length"
  /** Passed on as it is, never routed around. */
  | "content_filter"
  | "other";

export interface FailureDetails {
  readonly consequence?: Consequence;
  readonly status?: number;
  readonly rejection?: Rejection;
  /** The same target may do better in a moment. What took its whole deadline is not asked again. */
  readonly retryable?: boolean;
  /** How long the provider wants to be left alone; milliseconds. */
  readonly retryAfterMs?: number;
  /** It was waited for until a deadline. */
  readonly slow?: boolean;
  /** The request never left: the provider can't bill it. */
  readonly unsent?: boolean;
}

/** One attempt at one backend failed. `message` is safe to log and to show: it holds nothing that the provider wrote. */
export class UpstreamFailure extends Error {
  override readonly name = "UpstreamFailure";
  readonly consequence: Consequence;
  readonly status: number | undefined;
  readonly rejection: Rejection | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly slow: boolean;
  readonly unsent: boolean;

  constructor(message: string, details: FailureDetails = {}) {
    super(message);
    this.consequence = details.consequence ?? "failover";
    this.status = details.status;
    this.rejection = details.rejection;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.slow = details.slow ?? false;
    this.unsent = details.unsent ?? false;
  }

  /** It has had enough requests for now, and nothing is wrong with it or with us. */
  get limited(): boolean {
    return this.status === 429 && this.consequence === "failover";
  }

  at(backend: string, model: string): BackendFailure {
    return { backend, model, reason: this.message };
  }
}

const ours: Readonly<Record<number, string>> = {
  401: "it refuses our key",
  402: "our credit is used up",
  403: "our key may not do this",
  404: "it does not have this model or path",
};

const retried: readonly number[] = [408, 409, 429];

/** What a provider's HTTP status means (the table in ROUTER-INTERFACE). */
export function failureOfStatus(
  status: number,
  rejection: Omit<Rejection, "status">,
  retryAfterMs?: number,
): UpstreamFailure {
  if (status === 400 || status === 413 || status === 422) {
    const kind = rejection.kind ?? kindOfRejection(rejection);
    return new UpstreamFailure(`HTTP ${status}, ${refusals[kind]}`, {
      consequence: "reject",
      status,
      rejection: { status, ...rejection, kind },
    });
  }
  const own = ours[status];
  if (own) return new UpstreamFailure(`HTTP ${status}, ${own}`, { consequence: "alert", status });
  return new UpstreamFailure(`HTTP ${status}${status === 429 ? ", too many requests" : ""}`, {
    status,
    retryable: status >= 500 || retried.includes(status),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

const refusals: Readonly<Record<RejectionKind, string>> = {
  context_length: "the request is longer than its context",
  content_filter: "its content filter refused the request",
  other: "the request was refused",
};

/** Read from the provider's code where it gives one, else from its known wordings. */
function kindOfRejection({ code, message }: Omit<Rejection, "status">): RejectionKind {
  if (code === "context_length_exceeded") return "context_length";
  if (code === "content_filter" || code === "content_policy_violation") return "content_filter";
  // OpenAI and its kin; Anthropic; Gemini; Ollama's runners.
  const tooLong =
    /maximum context length|prompt is too long|input length and `?max_tokens`? exceed|input token count.*exceeds|exceeds? the (?:available|model'?s?) context/i;
  return tooLong.test(message) ? "context_length" : "other";
}

/** `Retry-After` in seconds or as a date, or `retry-after-ms`; milliseconds from now. */
export function retryAfterOf(headers: Readonly<Record<string, string | string[] | undefined>>): number | undefined {
  const exact = Number(headers["retry-after-ms"] ?? Number.NaN);
  if (exact >= 0) return exact;
  const given = headers["retry-after"];
  if (typeof given !== "string") return undefined;
  if (/^\s*\d+(?:\.\d+)?\s*$/.test(given)) return Number(given) * 1000;
  const date = Date.parse(given);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

const connectionProblems: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection reset",
  ENOTFOUND: "its host name is not known",
  EAI_AGAIN: "its host name can't be looked up",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
  ETIMEDOUT: "connecting took too long",
  UND_ERR_CONNECT_TIMEOUT: "connecting took too long",
  UND_ERR_SOCKET: "connection closed",
  UND_ERR_HEADERS_OVERFLOW: "its response headers are too large",
  UND_ERR_DESTROYED: "the router is stopping",
  UND_ERR_CLOSED: "the router is stopping",
};

/** The connection was there and was lost, often one that had been idle for long: a new one may do. */
const cutOff: readonly string[] = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];

/** There was no connection yet. */
const notConnected: readonly string[] = [
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
];

/** Turns what a client library throws into a failure without the library's words, which may hold addresses. */
export function failureOfError(error: unknown): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  if (error instanceof Error && error.name === "HTTPParserError") return new UpstreamFailure("its answer is not HTTP");
  const code = codeOf(error);
  if (code && connectionProblems[code]) {
    return new UpstreamFailure(connectionProblems[code], {
      retryable: cutOff.includes(code),
      unsent: notConnected.includes(code),
    });
  }
  if (code?.startsWith("HPE_")) return new UpstreamFailure(`its answer is not HTTP (${code})`);
  if (code && /CERT|TLS|SSL|SELF_SIGNED|ISSUER/.test(code)) {
    return new UpstreamFailure(`its certificate is not trusted (${code})`, { consequence: "alert", unsent: true });
  }
  return new UpstreamFailure(code ? `no answer (${code})` : "no answer");
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if ("code" in error && typeof error.code === "string" && /^[A-Z_0-9]+$/.test(error.code)) return error.code;
  if ("errors" in error && Array.isArray(error.errors)) return codeOf(error.errors[0]);
  return "cause" in error ? codeOf(error.cause) : undefined;
}
