import type { z } from "zod";
import type { ErrorCode } from "../errors.ts";
import type { RequestHeader, ResponseHeader } from "./headers.ts";

/** What a route says of itself: GET /openapi.json is made of nothing else. */
export interface RouteDoc {
  readonly summary: string;
  readonly description?: string;
  readonly requestHeaders?: readonly RequestHeader[];
  /** Each of its fields is a parameter of the query string. */
  readonly query?: z.ZodObject;
  /** A schema with a title is found by it among the document's schemas. */
  readonly body?: z.ZodType;
  /** By status. */
  readonly answers: Readonly<Record<number, AnswerDoc>>;
  /** Beside those that each route can have. */
  readonly errors?: readonly ErrorDoc[];
}

export interface AnswerDoc {
  readonly description: string;
  readonly headers?: readonly ResponseHeader[];
  /** By media type. */
  readonly content: Readonly<Record<string, z.ZodType>>;
}

/** An error's code, with its status where that is another than the table's. */
export type ErrorDoc = ErrorCode | { readonly code: ErrorCode; readonly status: number };

interface InCommon {
  readonly headers: readonly RequestHeader[];
  readonly answered: readonly ResponseHeader[];
  readonly errors: readonly ErrorCode[];
}

/** What routes have in common that ask a backend. */
export const asking: InCommon = {
  headers: ["x-request-id", "traceparent", "tracestate", "x-router-region", "x-router-sovereign"],
  answered: ["x-router-backend", "x-router-model", "x-router-attempts", "x-router-reason"],
  errors: ["sovereignty_violation", "model_not_found", "payload_too_large", "upstream_rejected", "all_backends_down"],
};

/** Of requests that are limited by rates. */
export const rateHeaders = [
  "x-ratelimit-limit-requests",
  "x-ratelimit-remaining-requests",
  "x-ratelimit-reset-requests",
  "x-ratelimit-limit-tokens",
  "x-ratelimit-remaining-tokens",
  "x-ratelimit-reset-tokens",
] as const satisfies ResponseHeader[];

/** Of routes whose answers may be cached. */
export const cached = {
  headers: ["x-router-cache", "cache-control"],
  answered: ["x-router-cache", "age", "x-router-edge-terms"],
} as const satisfies Pick<InCommon, "headers" | "answered">;

/** The same of those that cost money. */
export const paid: InCommon = {
  headers: [...asking.headers, "idempotency-key", "x-router-feature"],
  answered: [...asking.answered, "x-router-cost-usd", "x-router-replayed", ...rateHeaders],
  errors: [...asking.errors, "budget_exceeded", "request_running", "rate_limited", "unavailable"],
};
