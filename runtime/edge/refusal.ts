import { keyIdOf, keyRefusals, shownKey } from "../config/key-form.ts";

/** An error in the form of the wire that a path belongs to, as the router writes it. */
interface Problem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** The words of both wires. */
  readonly type: { readonly openai: string; readonly anthropic: string };
  readonly headers: Readonly<Record<string, string>>;
}

/** Paths that nobody gets to without a key; the router has no other below these. */
const guarded = /^\/(?:v1|admin)\//;

/** A key that may be good, or why there is none; both undefined where none is needed. */
export function keyOf(request: Request): { readonly key?: string; readonly refused?: Response } {
  const { pathname } = new URL(request.url);
  if (!guarded.test(pathname)) return {};
  const [authorization, apiKey] = ["authorization", "x-api-key"].map((name) => request.headers.get(name) ?? undefined);
  const key = shownKey({ authorization, apiKey });
  if (key !== undefined && keyIdOf(key) !== undefined) return { key };
  return { refused: problem(request, unauthorized(keyRefusals[key === undefined ? "missing" : "unknown"])) };
}

/** No region answered at all. */
export const unreachable = (request: Request): Response =>
  problem(request, {
    status: 503,
    code: "unavailable",
    message: "No region can be reached now; ask again.",
    type: { openai: "server_error", anthropic: "overloaded_error" },
    headers: { "retry-after": "1" },
  });

const unauthorized = (message: string): Problem => ({
  status: 401,
  code: "unauthorized",
  message,
  type: { openai: "authentication_error", anthropic: "authentication_error" },
  headers: { "www-authenticate": "Bearer" },
});

function problem(request: Request, { status, code, message, type, headers }: Problem): Response {
  const anthropic = /^\/v1\/messages(?:\/|$)/.test(new URL(request.url).pathname);
  const body = anthropic
    ? { type: "error", error: { type: type.anthropic, message, code } }
    : { error: { message, type: type.openai, param: null, code } };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json; charset=utf-8", "x-request-id": requestIdOf(request), ...headers },
  });
}

/** A request's own name, where the router would take it, else a new one. */
export function requestIdOf({ headers }: Request): string {
  const given = headers.get("x-request-id") ?? "";
  // What looks like a key must not come back in an answer, nor stand in a log.
  return /^[\w.:-]{1,128}$/.test(given) && !given.includes("hl_") ? given : `req_${crypto.randomUUID()}`;
}
