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
}

/** One attempt at one backend failed. `message` is safe to log and to show: it holds nothing that the provider wrote. */
export class UpstreamFailure extends Error {
  override readonly name = "UpstreamFailure";
  readonly consequence: Consequence;
  readonly status: number | undefined;
  readonly rejection: Rejection | undefined;

  constructor(
    message: string,
    {
      consequence = "failover",
      status,
      rejection,
    }: Partial<Pick<UpstreamFailure, "consequence" | "status" | "rejection">> = {},
  ) {
    super(message);
    this.consequence = consequence;
    this.status = status;
    this.rejection = rejection;
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

/** What a provider's HTTP status means (the table in ROUTER-INTERFACE). */
export function failureOfStatus(status: number, rejection: Omit<Rejection, "status">): UpstreamFailure {
  if (status === 400 || status === 413 || status === 422) {
    return new UpstreamFailure(`HTTP ${status}, the request was refused`, {
      consequence: "reject",
      status,
      rejection: { status, ...rejection },
    });
  }
  const own = ours[status];
  if (own) return new UpstreamFailure(`HTTP ${status}, ${own}`, { consequence: "alert", status });
  return new UpstreamFailure(`HTTP ${status}${status === 429 ? ", too many requests" : ""}`, { status });
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

/** Turns what a client library throws into a failure without the library's words, which may hold addresses. */
export function failureOfError(error: unknown): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error;
  const code = codeOf(error);
  if (code && connectionProblems[code]) return new UpstreamFailure(connectionProblems[code]);
  if (code?.startsWith("HPE_")) return new UpstreamFailure(`its answer is not HTTP (${code})`);
  if (code && /CERT|TLS|SSL|SELF_SIGNED|ISSUER/.test(code)) {
    return new UpstreamFailure(`its certificate is not trusted (${code})`, { consequence: "alert" });
  }
  return new UpstreamFailure(code ? `no answer (${code})` : "no answer");
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if ("code" in error && typeof error.code === "string" && /^[A-Z_0-9]+$/.test(error.code)) return error.code;
  if ("errors" in error && Array.isArray(error.errors)) return codeOf(error.errors[0]);
  return "cause" in error ? codeOf(error.cause) : undefined;
}
