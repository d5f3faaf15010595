import { z } from "zod";
import type { KeyRecord, OwnLimits } from "../../access/index.ts";
import type { RouteDoc } from "../../openapi/index.ts";
import { defined, isoOf, Limits, LimitsBody, label, limitsJson, Source, stamp } from "./schemas.ts";
import { adminErrors, changeErrors, Force } from "./support.ts";

const role = z.enum(["client", "admin"]);
const tenant = z.string().min(1).max(200);
const expires = z.iso.datetime({ offset: true });

export const KeysQuery = z.strictObject({
  tenant: tenant.optional().meta({ description: "Only those of this tenant." }),
  limit: z.coerce.number().int().min(1).max(1_000).default(100).meta({ description: "Keys on a page." }),
  cursor: z.string().max(64).optional().meta({ description: "next of the page before." }),
});

export const NewKey = z
  .strictObject({
    tenant: tenant.meta({ description: "One that exists." }),
    role: role.default("client"),
    label: label.default(""),
    expires_at: expires.optional().meta({ description: "From then on it is refused." }),
    limits: LimitsBody.optional(),
  })
  .meta({ title: "NewKey" });

export const ChangeKey = z
  .strictObject({
    label: label.optional(),
    expires_at: expires.nullable().optional().meta({ description: "null: never." }),
    limits: LimitsBody.optional(),
  })
  .meta({ title: "ChangeKey" });

const key = {
  id: z.string(),
  tenant: z.string(),
  role,
  label: z.string(),
  source: Source,
  created_at: stamp.optional(),
  created_by: z.string().meta({ description: "The id of the key that made it." }),
  expires_at: stamp.optional(),
  revoked_at: stamp.optional(),
  revoked_by: z.string().optional(),
  last_used_at: stamp.optional().meta({ description: "Some seconds behind." }),
  limits: Limits,
};
const Key = z.strictObject(key).meta({ title: "Key" });
const CreatedKey = z
  .strictObject({ ...key, key: z.string().meta({ description: "hl_<id>_<secret>, told this once." }) })
  .meta({ title: "CreatedKey" });
const KeyList = z
  .strictObject({
    keys: z.array(Key),
    next: z.string().optional().meta({ description: "The cursor of the next page; absent after the last." }),
  })
  .meta({ title: "KeyList" });

export function keyJson(record: KeyRecord, limits: OwnLimits): z.infer<typeof Key> {
  const { id, tenant: of, role: as, label: told, own, createdBy } = record;
  return {
    id,
    tenant: of,
    role: as,
    label: told,
    source: own ? "registry" : "configuration",
    ...defined({
      created_at: own ? isoOf(record.createdAt) : undefined,
      expires_at: isoOf(record.expiresAt),
      revoked_at: isoOf(record.revokedAt),
      revoked_by: record.revokedBy,
      last_used_at: isoOf(record.lastUsedAt),
    }),
    created_by: createdBy,
    limits: limitsJson(limits),
  };
}

const told = (description: string) => ({ 200: { description, content: { "application/json": Key } } });

export const docs = {
  list: {
    summary: "Lists API keys, those of the configuration too; never a key itself.",
    query: KeysQuery,
    answers: { 200: { description: "A page, by id.", content: { "application/json": KeyList } } },
    errors: adminErrors,
  },
  create: {
    summary: "Makes an API key and tells it, this once.",
    description: "It is good at this router at once, and at every other in under a second.",
    body: NewKey,
    answers: { 201: { description: "The key.", content: { "application/json": CreatedKey } } },
    errors: changeErrors,
  },
  read: { summary: "Tells of an API key.", answers: told("What is known of it."), errors: adminErrors },
  change: {
    summary: "Changes an API key's label, end or limits.",
    description: "A key of the configuration can be limited where the configuration doesn't.",
    query: Force,
    body: ChangeKey,
    answers: told("As it is now."),
    errors: changeErrors,
  },
  revoke: {
    summary: "Revokes an API key for good, one of the configuration too.",
    description:
      "No request that comes later is admitted, at any router in under a second; answers under way may end. Revoking it again changes nothing. The last admin key needs ?force=true.",
    query: Force,
    answers: told("The revoked key."),
    errors: changeErrors,
  },
} as const satisfies Record<string, RouteDoc>;
