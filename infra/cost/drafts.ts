import type { Draft } from "./estimate.ts";
import type { CostItem, Problem } from "./item.ts";
import type { DeclaredManifest, ManifestLine } from "./manifest.ts";
import { ruleOf, type Surroundings } from "./model/index.ts";
import type { PriceTable } from "./prices/index.ts";
import { Reader, Unpriceable } from "./reader.ts";
import { type CostResource, ownHardware } from "./resource.ts";

const chartTypes: ReadonlySet<string> = new Set(["kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart"]);
const notRegional: readonly string[] = ["global", "cloudflare"];

/** What the registrations say that will be bought. */
export function draftsOfResources(
  resources: readonly CostResource[],
  manifests: readonly DeclaredManifest[],
  table: PriceTable,
): { drafts: Draft[]; problems: Problem[] } {
  const drafts: Draft[] = [];
  const problems: Problem[] = [];
  const declares = usageDeclaredBy(manifests);
  const charts = new Set(manifests.flatMap(({ manifest }) => manifest.charts.map(({ release }) => release)));
  const byType = Map.groupBy(resources, ({ type }) => type);
  for (const resource of resources) {
    const { type, name, capability, region, component } = resource;
    const of = component === undefined ? {} : { component };
    const label = `${type} ${name}`;
    const tell = (kind: Problem["kind"], why: string) =>
      problems.push({ kind, resource: label, capability, region: region ?? "unknown", why });
    if (region === ownHardware && type.startsWith("kubernetes:")) continue;
    if (chartTypes.has(type) && !charts.has(name)) {
      tell("undeclared-chart", "no manifest says what this chart brings: declare its volumes and balancers");
      continue;
    }
    const rule = ruleOf(type);
    if (!rule) {
      tell("unpriceable", "the cost model knows no price for this type, nor that it is free");
      continue;
    }
    if ("free" in rule) continue;
    const inputs = new Reader(resource.properties);
    try {
      for (const { region: fixed, ...part } of rule.parts(inputs, surroundings(resource, byType, table))) {
        drafts.push({
          ...part,
          ...of,
          resource: label,
          capability,
          region: fixed ?? regionOf(resource),
          origin: "resource",
        });
      }
      for (const ids of rule.usage?.(inputs) ?? []) {
        if (!ids.some((id) => declares(id, region))) {
          const where = ids.some((id) => notRegional.some((place) => table.has(id, place)))
            ? ""
            : ` in ${regionOf(resource)}`;
          tell("undeclared-usage", `it is billed by use, and no manifest declares ${ids.join(" or ")}${where}`);
        }
      }
    } catch (error) {
      if (!(error instanceof Unpriceable)) throw error;
      tell("unpriceable", error.message);
    }
  }
  return { drafts, problems };
}

/** What manifests declare. */
export function draftsOfManifests(
  manifests: readonly DeclaredManifest[],
): Record<"lines" | "usage" | "charts", Draft[]> {
  const draftsOf = (
    select: (declared: DeclaredManifest) => readonly ManifestLine[],
    origin: CostItem["origin"],
  ): Draft[] =>
    manifests.flatMap((declared) =>
      select(declared).map(({ price, region, quantity, what = price }) => ({
        resource: declared.component,
        capability: declared.capability,
        region,
        what,
        price,
        quantity,
        origin,
      })),
    );
  return {
    lines: draftsOf(({ manifest }) => manifest.lines ?? [], "manifest"),
    usage: draftsOf(({ manifest }) => manifest.usage, "usage"),
    charts: draftsOf(({ manifest }) => manifest.charts.flatMap(({ lines }) => lines), "chart"),
  };
}

function usageDeclaredBy(manifests: readonly DeclaredManifest[]): (id: string, region: string | undefined) => boolean {
  const declared = new Set(
    manifests.flatMap(({ manifest }) =>
      [...manifest.usage, ...manifest.charts.flatMap(({ lines }) => lines)].map(
        ({ price, region }) => `${price} ${region}`,
      ),
    ),
  );
  return (id, region) => [region, ...notRegional].some((place) => declared.has(`${id} ${place}`));
}

function surroundings(
  resource: CostResource,
  byType: ReadonlyMap<string, readonly CostResource[]>,
  table: PriceTable,
): Surroundings {
  return {
    table,
    get region() {
      return regionOf(resource);
    },
    others: (type) =>
      (byType.get(type) ?? [])
        .filter(({ region }) => region === resource.region)
        .map(({ name, properties }) => ({ name, inputs: new Reader(properties) })),
  };
}

function regionOf({ region }: CostResource): string {
  if (region === undefined) throw new Unpriceable("its region can't be told from its provider");
  return region;
}
