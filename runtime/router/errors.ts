/** One row of the table. */
interface ErrorRow {
  readonly status: number;
  /** The same request may succeed later without being changed. */
  readonly retryable: boolean;
  /** The word of the OpenAI wire's envelope. */
  readonly type: string;
  /** For those who read the API's description. */
  readonly when: string;
}

/** Every error that a client can get, in one table. */
export const errorTable = {
  invalid_request: {
    status: 400,
    retryable: false,
    type: "invalid_request_error",
    when: "A field or a header is wrong, and the message names it.",
  },
  unauthorized: {
    status: 401,
    retryable: false,
    type: "authentication_error",
    when: "The API key is missing or not known.",
  },
  budget_exceeded: {
    status: 402,
    retryable: false,
    type: "insufficient_quota",
    when: "A budget can't hold what the request may cost; the message says which, Retry-After until when.",
  },
  sovereignty_violation: {
    status: 403,
    retryable: false,
    type: "permission_error",
    when: "A cloud backend was asked for where only backends of our own may answer.",
  },
  forbidden: {
    status: 403,
    retryable: false,
    type: "permission_error",
    when: "Only an admin key may do this.",
  },
  model_not_found: {
    status: 404,
    retryable: false,
    type: "invalid_request_error",
    when: "There is no such model; the message lists those that there are.",
  },
  request_running: {
    status: 409,
    retryable: true,
    type: "conflict_error",
    when: "The request with this idempotency-key is still being answered.",
  },
  conflict: {
    status: 409,
    retryable: false,
    type: "conflict_error",
    when: "As things are it can't be done; the message says what is in the way, and what to do.",
  },
  payload_too_large: {
    status: 413,
    retryable: false,
    type: "invalid_request_error",
    when: "The body is larger than limits.maxBodyBytes.",
  },
  rate_limited: {
    status: 429,
    retryable: true,
    type: "rate_limit_error",
    when: "The key or its tenant has asked too much, or every backend that may be asked limits its requests.",
  },
  upstream_rejected: {
    status: 400,
    retryable: false,
    type: "invalid_request_error",
    when: "The provider refuses the request for what it says; its own status and reason.",
  },
  all_backends_down: {
    status: 503,
    retryable: true,
    type: "server_error",
    when: "No backend could answer; each one's reason is told.",
  },
  unavailable: {
    status: 503,
    retryable: true,
    type: "server_error",
    when: "What would have to be asked, the ledger or the budgets' store, can't be asked now.",
  },
  internal_error: { status: 500, retryable: true, type: "server_error", when: "The router itself failed." },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

/** Why one backend did not answer, in words that are safe to log and to show. */
export interface BackendFailure {
  readonly backend: string;
  readonly model?: string;
  readonly reason: string;
}

export interface ErrorDetails {
  /** Where it differs from the table's: a path that doesn't exist, a method, a provider's own status. */
  readonly status?: number;
  readonly type?: string;
  /** The field or header that is wrong. */
  readonly param?: string;
  readonly backends?: readonly BackendFailure[];
  readonly headers?: Readonly<Record<string, string>>;
}

export class RouterError extends Error {
  override readonly name: string = "RouterError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly type: string;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message);
    const row = errorTable[code];
    this.code = code;
    this.status = details.status ?? row.status;
    this.retryable = row.retryable;
    this.type = details.type ?? row.type;
    this.details = details;
  }
}

/** A cloud backend was asked for where only backends of our own may answer. */
export class SecurityError extends RouterError {
  override readonly name = "SecurityError";

  constructor(message: string) {
    super("sovereignty_violation", message);
  }
}

/**
 * "All Clouds Down": no backend of the chain could answer; says of each why.
 *
 * @param nextProbeMs when an open circuit may be tried again; infinite where none is open
 */
export function allCloudsDown(
  backends: readonly BackendFailure[],
  nextProbeMs = Number.POSITIVE_INFINITY,
): RouterError {
  const why = backends.length > 0 ? reasonsOf(backends) : "no backend is configured";
  const headers = Number.isFinite(nextProbeMs) ? retryAfter(nextProbeMs) : {};
  return new RouterError("all_backends_down", `All Clouds Down. ${why}`, { backends, headers });
}

/**
 * Nothing is broken: every backend that may be asked has had enough requests for now.
 *
 * @param waitMs until the first of them may be asked again
 */
export function rateLimited(backends: readonly BackendFailure[], waitMs: number): RouterError {
  const message = `Every backend limits its requests. ${reasonsOf(backends)}`;
  return new RouterError("rate_limited", message, { backends, headers: retryAfter(waitMs) });
}

const reasonsOf = (backends: readonly BackendFailure[]): string =>
  backends.map(({ backend, model, reason }) => `${model ? `${backend}/${model}` : backend}: ${reason}`).join("; ");

const retryAfter = (milliseconds: number) => ({ "retry-after": String(Math.max(1, Math.ceil(milliseconds / 1000))) });

/** An answer that broke off after a part of it had been forwarded, and that nobody could continue. */
export function brokenOff(failures: readonly BackendFailure[]): RouterError {
  const reasons = failures.map(({ backend, reason }) => `${backend}: ${reason}`).join("; ");
  return new RouterError("all_backends_down", `The answer broke off and is incomplete. ${reasons}`, {
    backends: failures,
  });
}
