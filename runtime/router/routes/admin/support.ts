import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { RouterConfig } from "../../../config/index.ts";
import { type Access, administrators, type Changing, type Doing } from "../../access/index.ts";
import { RouterError } from "../../errors.ts";
import { DatabaseUnavailable } from "../../ledger/index.ts";
import type { ErrorDoc, RouteDoc } from "../../openapi/route-doc.ts";
import { openAiWire } from "../../wires/openai/index.ts";
import { checkBody } from "../validate.ts";
import { objectOf } from "./refusals.ts";

export const adminErrors: readonly ErrorDoc[] = ["forbidden", { code: "invalid_request", status: 404 }, "unavailable"];
export const changeErrors: readonly ErrorDoc[] = [...adminErrors, "conflict"];

/** @param admin what the route does, in the audit log's words */
export const adminRoute = (admin: string, doc: RouteDoc) => ({ config: { wire: openAiWire, admin, doc } });

/** Asks or changes what is kept of keys and tenants. @throws RouterError where that can't be done now */
export async function administer<Result>(access: Access, work: () => Promise<Result>): Promise<Result> {
  if (!access.isAdministered) {
    const message =
      "There is no database to keep keys and tenants in: set ledger.directory, or DATABASE_URL. Those of the configuration are changed there.";
    throw new RouterError("invalid_request", message, { status: 404 });
  }
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable)) throw error;
    // The driver's words may hold an address.
    const message =
      "The database can't be asked now, and the router's log says why; nothing was changed that this router knows of. Look, and ask again. A key of the configuration can be taken out of its file meanwhile, a provider's revoked at the provider.";
    throw new RouterError("unavailable", message);
  }
}

/** Who does what by this request. */
export const doing = (request: FastifyRequest, detail?: Doing["detail"], object = objectOf(request)): Doing => ({
  by: request.exchange.caller?.keyId ?? "",
  action: request.routeOptions.config.admin ?? "",
  object,
  requestId: request.id,
  ...(detail === undefined || Object.keys(detail).length === 0 ? {} : { detail }),
});

/**
 * A body as its schema makes it.
 *
 * @throws RouterError invalid_request that names each wrong field
 */
export function readBody<Schema extends z.ZodType>(schema: Schema, { body }: FastifyRequest): z.output<Schema> {
  checkBody(schema, body);
  return schema.parse(body);
}

/** A switch of a query. @param by what it is where it is left out */
export const flag = (description: string, by: "true" | "false") =>
  z.enum(["true", "false"]).default(by).meta({ description });

export const Force = z.strictObject({ force: flag("true does it though it is dangerous.", "false") });

export const notThere = (what: string, hint: string): RouterError =>
  new RouterError("invalid_request", `There is no ${what}. ${hint}`, { status: 404 });

/**
 * Refuses what would leave nobody who could undo it.
 *
 * @param loses whether a key loses its power by it
 * @throws RouterError conflict
 */
export async function keepAdministrator(
  { queries, stack }: Changing,
  config: RouterConfig,
  loses: (key: { readonly id: string; readonly tenant: string }) => boolean,
  force: string,
): Promise<void> {
  if (force === "true") return;
  const { own, revoked, disabled } = await administrators(queries, stack);
  const configured = config.keys.filter(({ id, role }) => role === "admin" && !revoked.has(id));
  const now = [...configured, ...own].filter(({ tenant }) => !disabled.has(tenant));
  if (!now.some(loses) || now.some((key) => !loses(key))) return;
  const message =
    "No admin key would be left, and nobody could undo it over HTTP. Make another one first, or add ?force=true.";
  throw new RouterError("conflict", message);
}
