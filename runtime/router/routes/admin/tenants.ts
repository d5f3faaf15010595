import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { RouterConfig } from "../../../config/index.ts";
import {
  type Changing,
  findTenant,
  insertTenant,
  listTenants,
  type OwnLimits,
  revokeKeys,
  type TenantRecord,
  updateTenant,
} from "../../access/index.ts";
import { RouterError } from "../../errors.ts";
import type { HybridRouter } from "../../hybrid-router.ts";
import type { RouteDoc } from "../../openapi/index.ts";
import { readQuery } from "../query.ts";
import { configured, limit, limitsIn } from "./limits.ts";
import { defined, isoOf, Limits, LimitsBody, limitsJson, ownLimits, Source, stamp } from "./schemas.ts";
import {
  adminErrors,
  administer,
  adminRoute,
  changeErrors,
  doing,
  Force,
  keepAdministrator,
  notThere,
  readBody,
} from "./support.ts";

const sovereign = z.boolean().meta({ description: "Its requests stay on backends of our own." });

const NewTenant = z
  .strictObject({
    name: z.string().regex(/^[\w.@-]{1,200}$/, "1 to 200 letters, digits and _ . @ -"),
    sovereign: sovereign.default(false),
    limits: LimitsBody.optional(),
  })
  .meta({ title: "NewTenant" });

const ChangeTenant = z
  .strictObject({
    sovereign: sovereign.optional(),
    disabled: z.boolean().optional().meta({ description: "true refuses all of its keys until it is false again." }),
    limits: LimitsBody.optional(),
  })
  .meta({ title: "ChangeTenant" });

const Tenant = z
  .strictObject({
    name: z.string(),
    source: Source,
    sovereign: z.boolean(),
    created_at: stamp.optional(),
    created_by: z.string(),
    disabled_at: stamp.optional(),
    disabled_by: z.string().optional(),
    limits: Limits,
  })
  .meta({ title: "Tenant" });

const told = (description: string) => ({ 200: { description, content: { "application/json": Tenant } } });
const docs = {
  list: {
    summary: "Lists tenants, those of the configuration too.",
    answers: {
      200: {
        description: "All of them, by name.",
        content: { "application/json": z.strictObject({ tenants: z.array(Tenant) }).meta({ title: "TenantList" }) },
      },
    },
    errors: adminErrors,
  },
  create: {
    summary: "Makes a tenant.",
    body: NewTenant,
    answers: { 201: { description: "The tenant.", content: { "application/json": Tenant } } },
    errors: changeErrors,
  },
  read: { summary: "Tells of a tenant.", answers: told("What is known of it."), errors: adminErrors },
  change: {
    summary: "Changes a tenant's limits or rules, or disables it.",
    query: Force,
    body: ChangeTenant,
    answers: told("As it is now."),
    errors: changeErrors,
  },
  delete: {
    summary: "Ends a tenant: it is disabled, and its keys are revoked for good.",
    description: "What it has spent stays in the ledger, and its name stays taken.",
    query: Force,
    answers: told("The disabled tenant."),
    errors: changeErrors,
  },
} as const satisfies Record<string, RouteDoc>;

type One = { Params: { name: string } };

/** Whose the keys are: made, limited, disabled. */
export function tenants(app: FastifyInstance, router: HybridRouter): void {
  const { access } = router;
  const json = (tenant: TenantRecord) =>
    tenantJson(tenant, router.config, limitsIn(access.state, router.config, `tenant:${tenant.name}`));

  app.get("/admin/tenants", adminRoute("tenant.list", docs.list), async () => {
    const own = await administer(access, () => access.read(listTenants));
    const known = new Set(own.map(({ name }) => name));
    const others = [...tenantsOf(router.config)].filter((name) => !known.has(name)).map(ofConfiguration);
    return { tenants: [...own, ...others].sort((a, b) => (a.name < b.name ? -1 : 1)).map(json) };
  });

  app.post("/admin/tenants", adminRoute("tenant.create", docs.create), async (request, reply) => {
    const body = readBody(NewTenant, request);
    const { name } = body;
    const act = doing(request, body, `tenant:${name}`);
    const made = await administer(access, () =>
      access.change(act, async (changing) => {
        const there = tenantsOf(router.config).has(name);
        if (there || !(await insertTenant(changing, { ...body, by: act.by }))) {
          throw new RouterError(
            "conflict",
            `There is a tenant ${name} already; PATCH /admin/tenants/${name} changes it.`,
          );
        }
        await limit(changing, router.config, `tenant:${name}`, ownLimits(body.limits));
        return found(changing, router.config, name);
      }),
    );
    reply.code(201);
    return json(made);
  });

  app.get<One>("/admin/tenants/:name", adminRoute("tenant.read", docs.read), async ({ params: { name } }) =>
    json(
      await administer(access, () => access.read((queries, stack) => found({ queries, stack }, router.config, name))),
    ),
  );

  app.patch<One>("/admin/tenants/:name", adminRoute("tenant.change", docs.change), async (request) => {
    const { name } = request.params;
    const body = readBody(ChangeTenant, request);
    const { force } = readQuery(Force, request);
    const act = doing(request, body);
    const changed = await administer(access, () =>
      access.change(act, async (changing) => {
        await found(changing, router.config, name);
        if (body.sovereign === false && router.config.tenants[name]?.sovereign) {
          throw configured(`tenants.${name}.sovereign`);
        }
        if (body.disabled) await keepAdministrator(changing, router.config, (key) => key.tenant === name, force);
        const rules = { sovereign: body.sovereign, disabled: body.disabled, by: act.by };
        if (body.sovereign !== undefined || body.disabled !== undefined) await rule(changing, name, rules);
        await limit(changing, router.config, `tenant:${name}`, ownLimits(body.limits));
        return found(changing, router.config, name);
      }),
    );
    return json(changed);
  });

  app.delete<One>("/admin/tenants/:name", adminRoute("tenant.delete", docs.delete), async (request) => {
    const { name } = request.params;
    const { force } = readQuery(Force, request);
    const act = doing(request);
    const ended = await administer(access, () =>
      access.change(act, async (changing) => {
        await found(changing, router.config, name);
        await keepAdministrator(changing, router.config, (key) => key.tenant === name, force);
        await rule(changing, name, { disabled: true, by: act.by });
        await revokeKeys(changing, { tenant: name }, act.by);
        return found(changing, router.config, name);
      }),
    );
    return json(ended);
  });
}

/** Of one that is only in the configuration, what is changed here is kept here. */
async function rule(changing: Changing, name: string, rules: Parameters<typeof updateTenant>[2]): Promise<void> {
  await insertTenant(changing, { name, sovereign: false, by: "configuration" });
  await updateTenant(changing, name, rules);
}

/** The tenants that the configuration names. */
export function tenantsOf({ keys, tenants: rules, budgets, rates }: RouterConfig): ReadonlySet<string> {
  const named = [rules, budgets.tenants, rates.tenants].flatMap((one) => Object.keys(one));
  return new Set([...named, ...keys.map(({ tenant }) => tenant)]);
}

/** @throws RouterError where there is none */
export async function found(
  { queries, stack }: Pick<Changing, "queries" | "stack">,
  all: RouterConfig,
  name: string,
): Promise<TenantRecord> {
  const own = await findTenant(queries, stack, name);
  if (own) return own;
  if (tenantsOf(all).has(name)) return ofConfiguration(name);
  throw noSuchTenant(name);
}

export const noSuchTenant = (name: string): RouterError =>
  notThere(`tenant ${JSON.stringify(name.slice(0, 200))}`, "POST /admin/tenants makes one.");

const ofConfiguration = (name: string): TenantRecord => ({
  name,
  sovereign: false,
  createdAt: 0,
  createdBy: "configuration",
});

function tenantJson(record: TenantRecord, all: RouterConfig, limits: OwnLimits): z.infer<typeof Tenant> {
  const { name, createdBy, createdAt, disabledAt, disabledBy } = record;
  return {
    name,
    source: tenantsOf(all).has(name) ? "configuration" : "registry",
    sovereign: record.sovereign || all.tenants[name]?.sovereign === true,
    created_by: createdBy,
    ...defined({
      created_at: createdAt === 0 ? undefined : isoOf(createdAt),
      disabled_at: isoOf(disabledAt),
      disabled_by: disabledBy,
    }),
    limits: limitsJson(limits),
  };
}
