import {
  type CostResource,
  isValues,
  ownHardware,
  unknownValue,
  type Value,
  type Values,
} from "../../infra/cost/index.ts";

/** A resource of a plan, as plain data. */
export interface PlanResource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly parent: string | undefined;
  readonly protect: boolean;
  /** Of its provider's registration. */
  readonly provider: Values | undefined;
  /** What the program gave, completed by what the provider planned. */
  readonly properties: Values;
}

/** What a pack judges. */
export class Plan {
  readonly resources: readonly PlanResource[];
  /** What `--policy-pack-config` says for the policy that asks. */
  readonly config: Values;
  readonly #byUrn: ReadonlyMap<string, PlanResource>;

  constructor(resources: readonly PlanResource[], config: Values = {}) {
    this.resources = resources;
    this.config = config;
    this.#byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  }

  /** The components that a resource is part of, nearest first. */
  ancestors({ parent }: PlanResource): PlanResource[] {
    const found: PlanResource[] = [];
    for (let at = parent; at !== undefined; ) {
      const resource = this.#byUrn.get(at);
      if (!resource || found.includes(resource)) break;
      found.push(resource);
      at = resource.parent;
    }
    return found;
  }

  /** Components of ours. */
  components(): PlanResource[] {
    return this.resources.filter(({ type }) => type.startsWith("hybrid-llm:"));
  }

  /**
   * A fact about the whole stack: of the policy's configuration, else of any component's registration, under this key.
   *
   * @returns unknownValue also where two components say different things
   */
  fact(key: string): Value | undefined {
    if (this.config[key] !== undefined) return this.config[key];
    const said: Value[] = this.components().flatMap(({ properties }): Value[] => {
      const value: Value | undefined = properties[key];
      return value === undefined ? [] : [value];
    });
    const [first] = said;
    return said.some((other) => JSON.stringify(other) !== JSON.stringify(first)) ? unknownValue : first;
  }

  /** The folder of the component that a resource belongs to. */
  capabilityOf(resource: PlanResource): string {
    const owner = [resource, ...this.ancestors(resource)].find(({ type }) => type.startsWith("hybrid-llm:"));
    return owner?.type.split(":")[1] ?? "other";
  }

  /**
   * Where a resource is: its own region, its provider's, or that of the component which it is part of. `own` for an
   * object of a cluster that is in no region of a cloud.
   */
  regionOf(resource: PlanResource): string | undefined {
    const inCloud = /^(aws|cloudflare):/.test(resource.type);
    const own = inCloud ? [resource.properties.region, resource.provider?.region] : [];
    const inherited = [resource, ...this.ancestors(resource)]
      .filter(({ type }) => type.startsWith("hybrid-llm:"))
      .map(({ properties }) => properties.region);
    const found = [...own, ...inherited].find((region) => typeof region === "string");
    if (typeof found !== "string") return undefined;
    return inCloud || awsRegion.test(found) ? found : ownHardware;
  }

  /** As the cost model takes it. */
  costResources(): CostResource[] {
    return this.resources.map((resource) => {
      const region = this.regionOf(resource);
      const { type, name, properties } = resource;
      return {
        type,
        name,
        properties,
        capability: this.capabilityOf(resource),
        ...(region === undefined ? {} : { region }),
      };
    });
  }
}

const awsRegion = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

/**
 * Properties as they are known from both sides: planned outputs, and where one is missing or unknown there, what the
 * program gave. A provider that leaves an unknown out, or a component without outputs, hides nothing so.
 */
export function merged(outputs: Values, inputs: Values): Values {
  const result: Record<string, Value> = { ...inputs };
  for (const [key, value] of Object.entries(outputs)) {
    const given = inputs[key];
    result[key] =
      value === unknownValue && given !== undefined
        ? given
        : isValues(value) && isValues(given)
          ? merged(value, given)
          : value;
  }
  return result;
}
