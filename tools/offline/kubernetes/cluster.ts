import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "./connection.ts";
import { ApiError, NoSuchKind } from "./errors.ts";
import { describeObject, type KubernetesObject, nameOf } from "./objects.ts";
import type { Settings } from "./settings.ts";

interface ApiResource {
  /** The plural, in paths; with a slash for what is beneath an object (`pods/log`). */
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** How an object is applied. */
export interface ApplyOptions {
  readonly fieldManager: string;
  /** Takes over fields that another field manager owns; without it they are a conflict. */
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/** A CRD that was made a moment ago is served only after a while. */
const kindAttempts = 20;
const kindIntervalMs = 500;

/** Objects of a cluster: where each kind is found, and what can be done with an object. */
export class Cluster {
  readonly connection: Connection;
  readonly #resources = new Map<string, Promise<readonly ApiResource[]>>();

  constructor(connection: Connection) {
    this.connection = connection;
  }

  static async open(kubeconfig: string, settings: Settings): Promise<Cluster> {
    const cluster = new Cluster(await Connection.open(kubeconfig, settings));
    await cluster.connection.send({ path: "/version", what: "connect" });
    return cluster;
  }

  /** Server-side apply; answers the object as it is then, or with `dryRun` as it would be. */
  async apply(object: KubernetesObject, options: ApplyOptions): Promise<KubernetesObject> {
    const { fieldManager, force = false, dryRun = false, signal } = options;
    const query = {
      fieldManager,
      force: String(force),
      ...(dryRun ? { dryRun: "All" } : {}),
      fieldValidation: "Strict",
    };
    const what = `apply ${describeObject(object)}`;
    if (object.metadata?.name === undefined) {
      const path = await this.#collection(object, signal);
      // With generateName only; there is nothing yet that could be patched.
      const { force: _, ...creating } = query;
      return this.connection.send({ method: "POST", path, query: creating, body: object, what, signal });
    }
    return this.connection.send({
      method: "PATCH",
      path: await this.#path(object, signal),
      query,
      body: object,
      contentType: "application/apply-patch+yaml",
      what,
      signal,
    });
  }

  /** `undefined`: there is none, or no such kind any more. */
  async get(object: KubernetesObject, signal?: AbortSignal): Promise<KubernetesObject | undefined> {
    try {
      const path = await this.#path(object, signal, 1);
      return await this.connection.send({ path, what: `read ${describeObject(object)}`, signal });
    } catch (error) {
      if (error instanceof NoSuchKind || (error instanceof ApiError && error.code === 404)) return undefined;
      throw error;
    }
  }

  async list<Item>(object: KubernetesObject, labels: string, signal?: AbortSignal): Promise<readonly Item[]> {
    const path = await this.#collection(object, signal);
    const what = `list objects of the kind ${object.kind ?? ""}`;
    const query = { labelSelector: labels };
    return (await this.connection.send<{ items: readonly Item[] }>({ path, query, what, signal })).items;
  }

  /** Begins the deletion of exactly this one (by its uid, where it is known). */
  async delete(object: KubernetesObject, propagation: string, signal?: AbortSignal): Promise<void> {
    const uid = object.metadata?.uid;
    try {
      await this.connection.send({
        method: "DELETE",
        path: await this.#path(object, signal, 1),
        body: {
          apiVersion: "v1",
          kind: "DeleteOptions",
          propagationPolicy: propagation,
          ...(uid === undefined ? {} : { preconditions: { uid } }),
        },
        what: `delete ${describeObject(object)}`,
        signal,
      });
    } catch (error) {
      // 409: another one has its name now.
      if (error instanceof NoSuchKind) return;
      if (error instanceof ApiError && (error.code === 404 || (error.code === 409 && uid !== undefined))) return;
      throw error;
    }
  }

  async #path(object: KubernetesObject, signal?: AbortSignal, attempts?: number): Promise<string> {
    return `${await this.#collection(object, signal, attempts)}/${encodeURIComponent(nameOf(object))}`;
  }

  async #collection(object: KubernetesObject, signal?: AbortSignal, attempts?: number): Promise<string> {
    const { name, namespaced } = await this.#resource(object, signal, attempts);
    const namespace = namespaced ? `/namespaces/${encodeURIComponent(object.metadata?.namespace ?? "default")}` : "";
    return `${rootOf(object)}${namespace}/${name}`;
  }

  async #resource(object: KubernetesObject, signal?: AbortSignal, attempts = kindAttempts): Promise<ApiResource> {
    for (let attempt = 1; ; attempt++) {
      const found = (await this.#resourcesOf(rootOf(object), signal)).find(
        ({ kind, name }) => kind === object.kind && !name.includes("/"),
      );
      if (found !== undefined) return found;
      this.#resources.delete(rootOf(object));
      if (attempt >= attempts) {
        throw new NoSuchKind(
          `the cluster has no kind ${object.kind} in ${object.apiVersion}: install what brings it, or order its CRD before it (dependsOn)`,
        );
      }
      await sleep(kindIntervalMs, undefined, signal === undefined ? {} : { signal });
    }
  }

  #resourcesOf(root: string, signal?: AbortSignal): Promise<readonly ApiResource[]> {
    let found = this.#resources.get(root);
    if (found === undefined) {
      found = this.connection
        .send<{ resources: readonly ApiResource[] }>({ path: root, what: `list the kinds of ${root}`, signal })
        .then(({ resources }) => resources)
        .catch((error: unknown) => {
          this.#resources.delete(root);
          if (error instanceof ApiError && error.code === 404) return [];
          throw error;
        });
      this.#resources.set(root, found);
    }
    return found;
  }
}

function rootOf({ apiVersion = "v1" }: KubernetesObject): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
