import type { FastifyRequest } from "fastify";
import type { RouterConfig } from "../../config/index.ts";
import type { Caller } from "../authenticate.ts";
import { RouterError } from "../errors.ts";
import { formatDollars } from "../money/index.ts";
import type { RouteDoc } from "../openapi/index.ts";
import type { Admission } from "../rates/index.ts";
import type { RequestTelemetry } from "../telemetry/index.ts";
import type { Trail } from "../trail.ts";
import type { Wire } from "../wires/wire.ts";

/** What the router knows of one HTTP request beside what the request says. */
export interface Exchange {
  readonly started: number;
  caller?: Caller;
  trail?: Trail;
  error?: unknown;
  /** Where rates are limited. */
  admission?: Admission;
  readonly telemetry: RequestTelemetry;
}

declare module "fastify" {
  interface FastifyRequest {
    exchange: Exchange;
  }
  interface FastifyContextConfig {
    /** Needs no key. */
    open?: boolean;
    /** Wants a session of the dashboard instead. */
    session?: boolean;
    /** Needs an admin key: what it does, in the audit log's words, e.g. `key.create`. */
    admin?: string;
    wire?: Wire;
    /** No route is without it; see openapi/collect.ts. */
    doc?: RouteDoc;
  }
}

/** `x-router-sovereign`: only tightens, so that any wish but a plain "no" is either understood or refused. */
function sovereignHeader(request: FastifyRequest): boolean {
  const value = request.headers["x-router-sovereign"];
  if (value === undefined || /^(false|0)$/i.test(String(value))) return false;
  if (/^(true|1)$/i.test(String(value))) return true;
  throw new RouterError("invalid_request", "x-router-sovereign: allowed: true or false.", {
    param: "x-router-sovereign",
  });
}

/** Of a request's body, where its sender said so. */
export function bytesOf({ headers }: FastifyRequest): number | undefined {
  const length = headers["content-length"];
  return length === undefined ? undefined : Number(length);
}

/** Whether only backends of our own may answer: by the tenant's rule or the request's wish. The stricter wins. */
export function isSovereign(request: FastifyRequest, { tenants }: RouterConfig): boolean {
  const { caller } = request.exchange;
  const tenant = caller?.tenant;
  const byRule = (tenant !== undefined && tenants[tenant]?.sovereign === true) || caller?.sovereign === true;
  return sovereignHeader(request) || byRule;
}

/** Who stays with one version of a model in an A/B test: the end user, or where none is named the key. */
export function stickyKey(request: FastifyRequest, user: string | undefined): string {
  const { caller } = request.exchange;
  return user === undefined || user === "" ? (caller?.keyId ?? "") : `${caller?.tenant ?? ""}/${user}`;
}

/** Headers that say who answered. */
export function routerHeaders({
  backend,
  model,
  attempts,
  reason,
  maxOutputTokens,
  costNano,
  cache,
}: Trail): Record<string, string> {
  return {
    ...(backend ? { "x-router-backend": backend } : {}),
    ...(model ? { "x-router-model": headerSafe(model) } : {}),
    "x-router-attempts": String(attempts),
    ...(reason ? { "x-router-reason": headerSafe(reason) } : {}),
    ...(maxOutputTokens === undefined ? {} : { "x-router-max-output-tokens": String(maxOutputTokens) }),
    ...(costNano === undefined ? {} : { "x-router-cost-usd": formatDollars(costNano, 9) }),
    ...(cache === undefined ? {} : { "x-router-cache": cache }),
  };
}

const headerSafe = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?").slice(0, 500);
