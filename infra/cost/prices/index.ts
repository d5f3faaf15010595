import instances from "./instances.json" with { type: "json" };
import prices from "./prices.json" with { type: "json" };
import { PriceFile, PriceTable } from "./table.ts";

export {
  daysPerMonth,
  type Figure,
  hoursPerMonth,
  monthlyOf,
  PriceFile,
  PriceTable,
  staleAfterDays,
} from "./table.ts";

let loaded: PriceTable | undefined;

/** The table of this checkout. */
export function priceTable(): PriceTable {
  loaded ??= new PriceTable(PriceFile.parse(prices));
  return loaded;
}

/** What an EC2 instance type has; a pool's limits are counted in these. */
export interface InstanceShape {
  readonly vcpu: number;
  readonly memoryGiB: number;
  readonly gpus: number;
}

const shapes: ReadonlyMap<string, InstanceShape> = new Map(Object.entries(instances.types));

export const shapeOf = (type: string): InstanceShape | undefined => shapes.get(type);

/** All types of a family, such as g6. */
export function familyMembers(family: string): string[] {
  return [...shapes.keys()].filter((type) => type.startsWith(`${family}.`));
}
