import type { FastifyInstance } from "fastify";
import { issueKey, type RouterConfig } from "../../../config/index.ts";
import {
  aboutKeys,
  type Changing,
  findKey,
  findTenant,
  insertKey,
  insertTombstone,
  type KeyRecord,
  listKeys,
  revokeKeys,
  updateKey,
} from "../../access/index.ts";
import { RouterError } from "../../errors.ts";
import type { HybridRouter } from "../../hybrid-router.ts";
import type { Queries } from "../../ledger/index.ts";
import { redact } from "../../secrets.ts";
import { readQuery } from "../query.ts";
import { ChangeKey, docs, KeysQuery, keyJson, NewKey } from "./key-docs.ts";
import { limit, limitsIn } from "./limits.ts";
import { ownLimits } from "./schemas.ts";
import { administer, adminRoute, doing, Force, keepAdministrator, notThere, readBody } from "./support.ts";
import { tenantsOf } from "./tenants.ts";

type One = { Params: { id: string } };

/** API keys: made, listed, limited and revoked. Only their hashes are kept. */
export function keys(app: FastifyInstance, router: HybridRouter): void {
  const { access } = router;
  const json = (key: KeyRecord) => keyJson(key, limitsIn(access.state, router.config, `key:${key.id}`));

  app.get("/admin/keys", adminRoute("key.list", docs.list), async (request) => {
    const query = readQuery(KeysQuery, request);
    const page = await administer(access, () =>
      access.read((queries, stack) => pageOf(queries, stack, router.config, query)),
    );
    const next = page.length > query.limit ? page[query.limit - 1]?.id : undefined;
    return { keys: page.slice(0, query.limit).map(json), ...(next === undefined ? {} : { next }) };
  });

  app.post("/admin/keys", adminRoute("key.create", docs.create), async (request, reply) => {
    const body = readBody(NewKey, request);
    const expiresAt = expiryOf(body.expires_at ?? undefined);
    const issued = issueKey();
    const { by, ...told } = doing(request, audited(body), `key:${issued.id}`);
    const { tenant, role, label } = body;
    const made = await administer(access, () =>
      access.change({ by, ...told }, async (changing) => {
        await requireTenant(changing, router.config, tenant);
        await insertKey(changing, { ...issued, tenant, role, label, expiresAt, by });
        await limit(changing, router.config, `key:${issued.id}`, ownLimits(body.limits));
        return found(changing, router.config, issued.id);
      }),
    );
    reply.code(201).header("cache-control", "no-store");
    return { ...json(made), key: issued.key };
  });

  app.get<One>("/admin/keys/:id", adminRoute("key.read", docs.read), async ({ params: { id } }) =>
    json(await administer(access, () => access.read((queries, stack) => found({ queries, stack }, router.config, id)))),
  );

  app.patch<One>("/admin/keys/:id", adminRoute("key.change", docs.change), async (request) => {
    const { id } = request.params;
    const body = readBody(ChangeKey, request);
    const { force } = readQuery(Force, request);
    const expiresAt = body.expires_at === null ? null : expiryOf(body.expires_at);
    const changed = await administer(access, () =>
      access.change(doing(request, audited(body)), async (changing) => {
        const key = await found(changing, router.config, id);
        if (key.revokedAt !== undefined) throw new RouterError("conflict", `The key ${id} is revoked; make a new one.`);
        const own = body.label !== undefined || expiresAt !== undefined;
        if (own && !key.own) throw ofConfiguration(id);
        if (typeof expiresAt === "number")
          await keepAdministrator(changing, router.config, (one) => one.id === id, force);
        if (own) await updateKey(changing, id, body.label, expiresAt);
        await limit(changing, router.config, `key:${id}`, ownLimits(body.limits));
        return found(changing, router.config, id);
      }),
    );
    return json(changed);
  });

  app.delete<One>("/admin/keys/:id", adminRoute("key.revoke", docs.revoke), async (request) => {
    const { id } = request.params;
    const { force } = readQuery(Force, request);
    const told = doing(request);
    const revoked = await administer(access, () =>
      access.change(told, async (changing) => {
        const key = await found(changing, router.config, id);
        if (key.revokedAt !== undefined) return key;
        await keepAdministrator(changing, router.config, (one) => one.id === id, force);
        if (key.own) await revokeKeys(changing, { id }, told.by);
        else await insertTombstone(changing, key, told.by);
        return found(changing, router.config, id);
      }),
    );
    return json(revoked);
  });
}

/** One more than the limit, where there are more. */
async function pageOf(
  queries: Queries,
  stack: string,
  { keys: all }: RouterConfig,
  {
    tenant,
    cursor: after = "",
    limit: most,
  }: { tenant?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<KeyRecord[]> {
  const mine = all.filter((key) => key.id > after && (tenant === undefined || key.tenant === tenant));
  const chosen = mine.sort(byId).slice(0, most + 1);
  const own = await listKeys(queries, stack, { tenant, after, limit: most + 1 });
  const configuredIds = new Set(all.map(({ id }) => id));
  const configured = await recordsOf(queries, stack, chosen);
  return [...configured, ...own.filter(({ id }) => !configuredIds.has(id))].sort(byId).slice(0, most + 1);
}

const byId = (one: { id: string }, other: { id: string }): number =>
  one.id < other.id ? -1 : one.id > other.id ? 1 : 0;

async function recordsOf(queries: Queries, stack: string, all: RouterConfig["keys"]): Promise<KeyRecord[]> {
  const known = await aboutKeys(
    queries,
    stack,
    all.map(({ id }) => id),
  );
  return all.map(({ id, tenant, role }) => ({
    id,
    own: false,
    tenant,
    role,
    label: "",
    createdAt: 0,
    createdBy: "configuration",
    ...known.get(id),
  }));
}

/** @throws RouterError where there is none */
export async function found(
  { queries, stack }: Pick<Changing, "queries" | "stack">,
  { keys: all }: RouterConfig,
  id: string,
): Promise<KeyRecord> {
  const configured = all.filter((key) => key.id === id);
  const [key] = configured.length > 0 ? await recordsOf(queries, stack, configured) : [];
  const own = key ?? (await findKey(queries, stack, id));
  if (!own) throw notThere(`key ${JSON.stringify(id.slice(0, 40))}`, "GET /admin/keys lists them.");
  return own;
}

/** A mistyped tenant would be one that nothing limits. */
async function requireTenant({ queries, stack }: Changing, all: RouterConfig, name: string): Promise<void> {
  const tenant = await findTenant(queries, stack, name);
  if (tenant?.disabledAt !== undefined) throw new RouterError("conflict", `The tenant ${name} is disabled.`);
  if (tenant || tenantsOf(all).has(name)) return;
  const message = `tenant: given ${JSON.stringify(name)}; allowed: one that exists. POST /admin/tenants makes it.`;
  throw new RouterError("invalid_request", message, { param: "tenant" });
}

function expiryOf(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const at = Date.parse(given);
  if (at > Date.now()) return at;
  const message = `expires_at: given ${JSON.stringify(given)}; allowed: a time to come. DELETE revokes a key now.`;
  throw new RouterError("invalid_request", message, { param: "expires_at" });
}

const ofConfiguration = (id: string): RouterError =>
  new RouterError("conflict", `The key ${id} is part of the configuration: change it there. It can be revoked here.`);

/** A body for the audit log; a label is a person's words, and may hold anything. */
const audited = <Body extends { readonly label?: string | undefined }>(body: Body) =>
  body.label === undefined ? body : { ...body, label: redact(body.label) };
