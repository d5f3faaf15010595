import * as pulumi from "@pulumi/pulumi";
import { providersOf, type Scope } from "./scope.ts";

/**
 * A capability of one region. Its scope's providers reach every child, because children are made with `own`; a child of
 * any other provider is refused (see `refuseDefaultProviders`).
 */
export abstract class RegionComponent<S extends Scope = Scope> extends pulumi.ComponentResource {
  protected readonly scope: S;
  readonly #name: string;
  readonly #after: pulumi.Resource[];

  /**
   * @param type `hybrid-llm:<folder>:<Name>`, never changed without an alias
   * @param facts plain values that the plan shows: limits, and what costs
   */
  constructor(type: string, name: string, scope: S, facts: pulumi.Inputs, opts?: pulumi.ComponentResourceOptions) {
    const providers = providersOf(scope);
    super(type, name, { region: scope.name, ...facts }, pulumi.mergeOptions({ providers }, opts));
    this.scope = scope;
    this.#name = name;
    this.#after = listOf(opts?.dependsOn);
  }

  /** A child's logical name: `<component>-<what>`. */
  protected named(what: string): string {
    return `${this.#name}-${what}`;
  }

  /**
   * A child's options: beneath this component, with its region's provider, and after what the component itself is after.
   * Pulumi would create in that order anyway; told so, it also deletes in it.
   */
  protected own(opts: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
    const dependsOn = [...this.#after, ...listOf(opts.dependsOn)];
    return { ...opts, ...(dependsOn.length > 0 ? { dependsOn } : {}), parent: this };
  }
}

/** The resources that something is after, given as such: an output of resources says too late which they are. */
function listOf(dependsOn: pulumi.ResourceOptions["dependsOn"]): pulumi.Resource[] {
  if (dependsOn === undefined) return [];
  const all: unknown[] = Array.isArray(dependsOn) ? dependsOn : [dependsOn];
  return all.map((resource) => {
    if (resource instanceof pulumi.Resource) return resource;
    throw new TypeError("dependsOn: allowed are resources, not outputs of them");
  });
}
