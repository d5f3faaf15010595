import type { FastifyRequest } from "fastify";
import { keyIdOf } from "../../../config/index.ts";
import type { Access } from "../../access/index.ts";
import type { Caller } from "../../authenticate.ts";
import { RouterError } from "../../errors.ts";
import { redact } from "../../secrets.ts";

export const adminOnly = ({ keyId }: Caller): RouterError =>
  new RouterError("forbidden", `The key ${keyId} is a client's; this needs an admin key.`);

/** What an action is about: `key:1a2b3c`, or `key` where it has no name yet. */
export function objectOf({ params, routeOptions }: FastifyRequest): string {
  const kind = routeOptions.config.admin?.split(".", 1)[0] ?? "";
  const [name] = Object.values((params ?? {}) as Record<string, string>);
  if (name === undefined) return kind;
  return redact(kind === "budget" ? name : `${kind}:${name}`).slice(0, 200);
}

/** Writes down that an administrator's action was refused; what was done is written with what it did. */
export function auditRefusal(access: Access, request: FastifyRequest, outcome: string): void {
  const action = request.routeOptions.config.admin;
  if (action === undefined) return;
  const { caller } = request.exchange;
  const claimed = caller ? undefined : claimedId(request);
  access.refused({
    at: Date.now(),
    by: caller?.keyId ?? "",
    action,
    object: objectOf(request),
    outcome,
    requestId: request.id,
    ...(claimed === undefined ? {} : { detail: { claimed } }),
  });
}

/** The id that a refused key names; it is no secret, and proves nothing. */
function claimedId({ headers }: FastifyRequest): string | undefined {
  const given = headers.authorization?.replace(/^Bearer +/i, "") ?? headers["x-api-key"];
  return typeof given === "string" ? keyIdOf(given.trim()) : undefined;
}
