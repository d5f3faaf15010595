import * as pulumi from "@pulumi/pulumi";
import { providersOf, type Scope } from "./scope.ts";

/**
 * A capability of one region. Its scope's providers reach every child, because children are made with `own`; a child of
 * any other provider is refused (see `refuseDefaultProviders`).
 */
export abstract class RegionComponent<S extends Scope = Scope> extends pulumi.ComponentResource {
  protected readonly scope: S;
  readonly #name: string;

  /**
   * @param type `hybrid-llm:<folder>:<Name>`, never changed without an alias
   * @param facts plain values that the plan shows: limits, and what costs
   */
  constructor(type: string, name: string, scope: S, facts: pulumi.Inputs, opts?: pulumi.ComponentResourceOptions) {
    const providers = providersOf(scope);
    super(type, name, { region: scope.name, ...facts }, pulumi.mergeOptions({ providers }, opts));
    this.scope = scope;
    this.#name = name;
  }

  /** A child's logical name: `<component>-<what>`. */
  protected named(what: string): string {
    return `${this.#name}-${what}`;
  }

  /**
   * A child's options: beneath this component and with its region's provider. What the component itself is after (its
   * `dependsOn`) is not said again: a child is created once its component is, and its component is deleted once it is
   * (the engine's graph counts parents), so that order holds for children too. Said again, each child would name every
   * resource of every component before it: tens of thousands of edges in a plan of a thousand resources.
   */
  protected own(opts: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
    return { ...opts, parent: this };
  }
}
