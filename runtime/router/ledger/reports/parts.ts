import { firstIdAt } from "../attempt-id.ts";
import { dimensions, measures } from "../store/columns.ts";

export type PartSource = "day" | "hour" | "rows";

/** A part of a time and where its sums are read; milliseconds, the end is not part of it. */
export interface Part {
  readonly source: PartSource;
  readonly from: number;
  readonly to: number;
  /** -1 for what a part beside it holds too much of. */
  readonly sign: 1 | -1;
  /** A moment of the group that it belongs to; without one each row's own time says to which. */
  readonly group?: number | undefined;
}

/** Of what is summed up by one row of each source; milliseconds. */
export const widths = { day: 86_400_000, hour: 3_600_000 } as const;

/**
 * Splits a time into parts whose sums, with their signs, add up to its own: the days (UTC) that are nearest to it, what
 * they lack or have too much of by the nearest hours, and the rest of that by the rows themselves. So at most half a day
 * is read by hour at either end, and half an hour by row.
 */
export function partsOf(from: number, to: number, group?: number, source: PartSource = "day"): Part[] {
  if (from === to) return [];
  if (from > to) return partsOf(to, from, group, source).map((part) => ({ ...part, sign: part.sign === 1 ? -1 : 1 }));
  if (source === "rows") return [{ source, from, to, sign: 1, group }];
  const width = widths[source];
  const finer = source === "day" ? "hour" : "rows";
  const [start, end] = [Math.round(from / width) * width, Math.round(to / width) * width];
  if (start === end) return partsOf(from, to, group, finer);
  return [
    ...partsOf(from, start, group, finer),
    { source, from: start, to: end, sign: 1, group },
    ...partsOf(end, to, group, finer),
  ];
}

/** Collects a statement's parameters and names them. */
export class Parameters {
  readonly values: (string | number | readonly string[])[] = [];

  add(value: string | number | readonly string[], type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

const names = Object.keys(measures).join(", ");
const ofRows = Object.entries(measures)
  .map(([name, expression]) => `${expression} as ${name}`)
  .join(", ");
const kept = dimensions.join(", ");

/**
 * A subquery with `at`, the dimensions and the measures of a time, to be summed up; `at` is a moment of the group that
 * they belong to.
 *
 * @param where a further condition on dimensions, such as `and tenant = $3`
 * @param by the dimensions that are told apart
 */
export function partsSql(
  parts: readonly Part[],
  parameters: Parameters,
  where: string,
  by: readonly string[] = dimensions,
): string {
  const alone = parts.length <= mostBranches;
  const bySource = Map.groupBy(parts, ({ source }) => source);
  const selects = Array.from(bySource, ([source, some]) =>
    alone ? some.map((part) => partSql(part, parameters, where, by)) : [listSql(source, some, parameters, where, by)],
  );
  return selects.flat().join("\nunion all\n");
}

/** A statement of more branches is planned for longer than it runs. */
const mostBranches = 5;

function partSql(part: Part, parameters: Parameters, where: string, by: readonly string[]): string {
  const { source, from, to, sign, group } = part;
  const time = (moment: number) => parameters.add(isoOf(moment), "timestamptz");
  const id = (moment: number) => parameters.add(firstIdAt(moment), "uuid");
  const bounds = { from: time(from), to: time(to), ...(source === "rows" ? { fromId: id(from), toId: id(to) } : {}) };
  const read = readSql(source, bounds, where);
  const at = group === undefined ? "at" : `${time(group)} as at`;
  const measured =
    sign === 1
      ? names
      : Object.keys(measures)
          .map((name) => `-${name} as ${name}`)
          .join(", ");
  return `select ${[at, ...by, measured].join(", ")} from (${read}) as read`;
}

/** Many parts of one source: each is looked up by its time and summed up by itself, so that little is left to group. */
function listSql(
  source: PartSource,
  parts: readonly Part[],
  parameters: Parameters,
  where: string,
  by: readonly string[],
): string {
  const list = (type: string, of: (part: Part) => string) => parameters.add(parts.map(of), `${type}[]`);
  const lists = [
    list("timestamptz", ({ from }) => isoOf(from)),
    list("timestamptz", ({ to }) => isoOf(to)),
    list("uuid", ({ from }) => firstIdAt(from)),
    list("uuid", ({ to }) => firstIdAt(to)),
    list("bigint", ({ sign }) => String(sign)),
    list("timestamptz", ({ from, group = from }) => isoOf(group)),
  ];
  const bounds = { from: "part.start", to: "part.finish", fromId: "part.first_id", toId: "part.end_id" };
  const measured = Object.keys(measures)
    .map((name) => `part.sign * ${name} as ${name}`)
    .join(", ");
  const sums = Object.keys(measures).map((name) => `sum(${name}) as ${name}`);
  const grouped = by.length === 0 ? "having count(*) > 0" : `group by ${by.join(", ")}`;
  return `select ${["part.in_group as at", ...by, measured].join(", ")}
  from unnest(${lists.join(", ")}) as part (start, finish, first_id, end_id, sign, in_group),
    lateral (
      select ${[...by, ...sums].join(", ")} from (${readSql(source, bounds, where)}) as read ${grouped}
    ) as summed`;
}

interface Bounds {
  readonly from: string;
  readonly to: string;
  readonly fromId?: string;
  readonly toId?: string;
}

function readSql(source: PartSource, { from, to, fromId, toId }: Bounds, where: string): string {
  const between = `at >= ${from} and at < ${to} ${where}`;
  if (source !== "rows") return `select at, ${kept}, ${names} from ledger_${source}s where ${between}`;
  // The key begins with the id, and the id with the time.
  const ids = `attempt_id >= ${fromId} and attempt_id < ${toId}`;
  return `select at, ${kept}, ${ofRows} from ledger_attempts where ${ids} and ${between}`;
}

const isoOf = (moment: number): string => new Date(moment).toISOString();
