import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import type { BudgetVerdict } from "../../infra/cost/index.ts";
import { Failure } from "../engine/index.ts";
import type { Changes } from "./changes.ts";

const range = z.looseObject({ min: z.number(), expected: z.number(), max: z.number() });

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  name: z.string(),
  within: z.array(z.string()),
  hash: z.string(),
});

/** What one branch's preview writes down for another's: what would be there, and as much of its cost as is compared. */
const PlanRecord = z.object({
  form: z.literal(1),
  stack: z.string(),
  total: range,
  items: z.array(z.object({ region: z.string(), capability: z.string(), monthly: range })),
  resources: z.array(resource),
});
export type PlanRecord = z.infer<typeof PlanRecord>;

export function saveRecord(file: string, stack: string, { estimate }: BudgetVerdict, { planned }: Changes): void {
  const items = estimate.items.map(({ region, capability, monthly }) => ({ region, capability, monthly }));
  const record = { form: 1, stack, total: estimate.total, items, resources: planned };
  writeFileSync(file, `${JSON.stringify(record)}\n`);
}

/**
 * Reads what the base branch's preview wrote down.
 *
 * @throws Failure where it is another stack's or of another form
 */
export function readRecord(file: string, stack: string): PlanRecord {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Failure(`--base: ${file} can't be read: ${(error as Error).message}`, [
      "write it on the base branch with npm run preview -- <stack> --save FILE.json",
    ]);
  }
  const parsed = PlanRecord.safeParse(value);
  if (!parsed.success) throw new Failure(`--base: ${file} is not of the form that --save writes.`);
  if (parsed.data.stack !== stack)
    throw new Failure(`--base: ${file} is of the stack ${parsed.data.stack}, not ${stack}.`);
  return parsed.data;
}
