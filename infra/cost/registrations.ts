import { chartLines } from "./chart.ts";
import type { Problem } from "./item.ts";
import { type DeclaredManifest, manifestOf, readManifest } from "./manifest.ts";
import { Unpriceable } from "./reader.ts";
import { type CostResource, ownHardware } from "./resource.ts";
import { isValues, type Value, type Values } from "./value.ts";

/** A resource as it is registered, whoever took it down: the engine's analyzer, or a composition that is only tried. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly parent: string | undefined;
  /** Of its provider's registration. */
  readonly provider: Values | undefined;
  readonly properties: Values;
}

/** What is registered, as a whole: where each part is, what it is a part of, and what its components declare. */
export class Registrations<R extends Registered = Registered> {
  readonly resources: readonly R[];
  #byUrn: ReadonlyMap<string, R> | undefined;

  constructor(resources: readonly R[]) {
    this.resources = resources;
  }

  /** The components that a resource is part of, nearest first. */
  ancestors({ parent }: R): R[] {
    this.#byUrn ??= new Map(this.resources.map((resource) => [resource.urn, resource]));
    const found: R[] = [];
    for (let at = parent; at !== undefined; ) {
      const resource = this.#byUrn.get(at);
      if (!resource || found.includes(resource)) break;
      found.push(resource);
      at = resource.parent;
    }
    return found;
  }

  /** Components of ours. */
  components(): R[] {
    return this.resources.filter(isComponent);
  }

  /** The folder of the component that a resource belongs to. */
  capabilityOf(resource: R): string {
    return this.#ownerOf(resource)?.type.split(":")[1] ?? "other";
  }

  /**
   * Where a resource is: its own region, its provider's, or that of the component which it is part of. `own` for an
   * object of a cluster that is in no region of a cloud.
   */
  regionOf(resource: R): string | undefined {
    const inCloud = /^(aws|cloudflare):/.test(resource.type);
    const own = inCloud ? [resource.properties.region, resource.provider?.region] : [];
    const inherited = [resource, ...this.ancestors(resource)]
      .filter(isComponent)
      .map(({ properties }) => properties.region);
    const found = [...own, ...inherited].find((region) => typeof region === "string");
    if (typeof found !== "string") return undefined;
    return inCloud || awsRegion.test(found) ? found : ownHardware;
  }

  /** As the cost model takes it. */
  costResources(): CostResource[] {
    return this.resources.map((resource) => {
      const region = this.regionOf(resource);
      const owner = this.#ownerOf(resource);
      const { type, name, properties } = resource;
      return {
        type,
        name,
        properties,
        capability: this.capabilityOf(resource),
        ...(owner === undefined ? {} : { component: labelOf(owner) }),
        ...(region === undefined ? {} : { region }),
      };
    });
  }

  /** What the components declare, charts included. */
  manifests(): { manifests: DeclaredManifest[]; problems: Problem[] } {
    const manifests: DeclaredManifest[] = [];
    const problems: Problem[] = [];
    for (const component of this.components()) {
      const [label, capability] = [labelOf(component), this.capabilityOf(component)];
      const region = this.regionOf(component) ?? "unknown";
      const invalid = (why: string) =>
        problems.push({ kind: "manifest-invalid", resource: label, capability, region, why });
      const manifest = readManifest(component.properties);
      if (manifest && "problem" in manifest) invalid(manifest.problem);
      else if (manifest) manifests.push({ component: label, capability, manifest });
      const declares: Value | undefined = component.properties.declares;
      if (declares === undefined) continue;
      if (!isValues(declares)) {
        invalid("declares: what the chart brings isn't known before the deployment");
        continue;
      }
      try {
        const lines = region === ownHardware ? [] : chartLines(declares, region);
        const releases = this.resources.filter(({ parent }) => parent === component.urn).map(({ name }) => name);
        const charts = releases.map((release, index) => ({ release, lines: index === 0 ? lines : [] }));
        manifests.push({ component: label, capability, manifest: manifestOf({ charts }) });
      } catch (error) {
        if (!(error instanceof Unpriceable)) throw error;
        invalid(error.message);
      }
    }
    return { manifests, problems };
  }

  #ownerOf(resource: R): R | undefined {
    return [resource, ...this.ancestors(resource)].find(isComponent);
  }
}

/** Whether it is a component of ours. */
export const isComponent = ({ type }: Pick<Registered, "type">): boolean => type.startsWith("hybrid-llm:");
const labelOf = ({ type, name }: Registered): string => `${type} ${name}`;
const awsRegion = /^[a-z]{2}(?:-[a-z]+)+-\d$/;
