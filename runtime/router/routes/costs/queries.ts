import { z } from "zod";
import { type CostGroupBy, costGroups } from "../../ledger/index.ts";

const dayMs = 86_400_000;
/** What a report covers that is asked for no time. */
const defaultDays = 30;

const iso = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;

const Time = z
  .string()
  .refine((text) => iso.test(text) && !Number.isNaN(Date.parse(text)), {
    error: "a time such as 2026-11-29T08:00:00Z, or a date: its midnight in UTC",
  })
  .transform((text) => new Date(text));

const groupsOf = (text: string): string[] => (text === "" ? [] : text.split(",").map((name) => name.trim()));

const GroupBy = z
  .string()
  .refine((text) => groupsOf(text).every((name) => (costGroups as readonly string[]).includes(name)), {
    error: `a list of ${costGroups.join(", ")}, separated by commas; empty for one sum`,
  })
  .default("day")
  .transform((text) => groupsOf(text) as CostGroupBy[]);

const common = {
  from: Time.optional().meta({ description: `Its beginning; ${defaultDays} days before the end by default.` }),
  to: Time.optional().meta({ description: "Its end, which is not part of it; now by default." }),
  tenant: z.string().min(1).max(256).optional().meta({ description: "A client's key sees its own tenant only." }),
};

export const CostsQuery = z.strictObject({
  ...common,
  group_by: GroupBy.meta({ description: `A list of ${costGroups.join(", ")}; day by default, empty for one sum.` }),
  timezone: z
    .string()
    .min(1)
    .max(64)
    .default("UTC")
    .meta({ description: "Where days, weeks and months begin, e.g. Europe/Berlin." }),
});

export const RequestsQuery = z.strictObject({
  ...common,
  limit: z.coerce.number().int().min(1).max(1_000).default(100).meta({ description: "Requests on a page." }),
  cursor: z.string().max(64).optional().meta({ description: "next of the page before." }),
});

export function timesOf(from: Date | undefined, to: Date = new Date()): { readonly from: Date; readonly to: Date } {
  return { from: from ?? new Date(to.getTime() - defaultDays * dayMs), to };
}
