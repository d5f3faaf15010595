import { type ConfigureContext, type Log, UserError } from "../../provider/index.ts";
import { Cluster } from "./cluster.ts";
import { Manifests } from "./render.ts";
import { findKubeconfig, type Settings } from "./settings.ts";

/** Where a configured provider's objects go. */
export type Target =
  | { readonly kind: "manifests"; readonly manifests: Manifests }
  | { readonly kind: "cluster"; readonly cluster: Cluster }
  /** Nowhere: it can be planned, and nothing else. */
  | { readonly kind: "none"; readonly why: string };

/** What `configure` was told. The cluster is asked for the first time when something needs it. */
export class Session {
  settings: Settings = {};
  #opened: Promise<Target> | undefined;
  #unknown = false;
  #warned = false;

  configure(settings: Settings, { unknown }: ConfigureContext): void {
    this.settings = settings;
    this.#opened = undefined;
    this.#unknown = unknown.some((name) =>
      ["kubeconfig", "context", "cluster", "renderYamlToDirectory"].includes(name),
    );
  }

  /** For a plan: a cluster that can't be reached is no error; its plan is made from the program alone, and says so. */
  async forPlan(log: Log): Promise<Target> {
    const target = await this.#target();
    if (target.kind === "none" && !this.#warned && !this.#unknown) {
      this.#warned = true;
      log.debug(`planned without its cluster: ${target.why}`);
    }
    return target;
  }

  /** @throws UserError where there is nowhere to do it */
  async forWork(what: string): Promise<Exclude<Target, { kind: "none" }>> {
    const target = await this.#target();
    if (target.kind !== "none") return target;
    this.#opened = undefined;
    throw new UserError(`can't ${what}: ${target.why}`);
  }

  #target(): Promise<Target> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  async #open(): Promise<Target> {
    if (this.#unknown) return { kind: "none", why: "its kubeconfig is known only after the up" };
    const directory = this.settings.renderYamlToDirectory;
    if (directory !== undefined) return { kind: "manifests", manifests: new Manifests(directory) };
    const found = findKubeconfig(this.settings.kubeconfig);
    if ("missing" in found) return { kind: "none", why: found.missing };
    try {
      return { kind: "cluster", cluster: await Cluster.open(found.text, this.settings) };
    } catch (error) {
      if (error instanceof UserError) return { kind: "none", why: error.message };
      throw error;
    }
  }
}
