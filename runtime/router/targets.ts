import { type BackendName, backendNames, cloudBackends, nearestName } from "../config/index.ts";
import type { Backend, Backends } from "./backends.ts";
import { type BackendFailure, RouterError, SecurityError } from "./errors.ts";
import type { LlmProvider } from "./providers/provider.ts";

/** One model at one backend that may be asked. */
export interface Target {
  readonly backend: Backend;
  readonly provider: LlmProvider;
  readonly model: string;
  /** Why it is asked; part of `x-router-reason`. */
  readonly reason: string;
}

export interface TargetPlan {
  readonly targets: readonly Target[];
  /** Backends that would have been asked but for this. */
  readonly passedOver: readonly BackendFailure[];
}

/** What a request's `model` means, once it is known to exist. */
export type ModelChoice =
  | { readonly kind: "auto" }
  | { readonly kind: "backend"; readonly backend: BackendName; readonly model?: string };

/** Models that a backend lists itself, beside those that the configuration names. */
export type ListedModels = (backend: BackendName) => readonly string[];

/**
 * Reads `auto`, `<backend>` or `<backend>/<model>`.
 *
 * @throws RouterError model_not_found that lists what exists
 */
export function parseModel(name: string, backends: Backends, listed: ListedModels): ModelChoice {
  if (name === "auto") return { kind: "auto" };
  const slash = name.indexOf("/");
  const backend = (slash < 0 ? name : name.slice(0, slash)) as BackendName;
  if (!backendNames.includes(backend)) throw notFound(name, backends, listed);
  if (slash < 0) return { kind: "backend", backend };
  const model = name.slice(slash + 1);
  const exists = modelsOf(backends[backend], listed).includes(model.replace(/:latest$/, ""));
  if (!exists && !modelsOf(backends[backend], listed).includes(model)) throw notFound(name, backends, listed);
  return { kind: "backend", backend, model };
}

/**
 * Refuses a model of a cloud backend by its name alone, whether or not it exists: behind an air gap nobody is told what
 * there would be outside of it.
 *
 * @throws SecurityError
 */
export function refuseCloud(model: string): void {
  const backend = cloudBackends.find((name) => model === name || model.startsWith(`${name}/`));
  if (backend) throw new SecurityError(`${backend} is a cloud backend, and only backends of our own may answer here`);
}

/**
 * The order in which backends are asked: the one that was asked for, then the chain. What may not be asked is passed
 * over with its reason.
 *
 * @throws SecurityError when a cloud backend is asked for by name and `sovereign` forbids it
 */
export function chooseTargets(
  choice: ModelChoice,
  backends: Backends,
  chain: readonly BackendName[],
  sovereign: boolean,
): TargetPlan {
  const preferred = choice.kind === "backend" ? choice.backend : undefined;
  if (preferred && sovereign) refuseCloud(preferred);
  const targets: Target[] = [];
  const passedOver: BackendFailure[] = [];
  for (const name of new Set([...(preferred ? [preferred] : []), ...chain])) {
    const backend = backends[name];
    const why = sovereign && backend.cloud ? "a cloud backend, refused in sovereign mode" : backend.disabled();
    const model = name === preferred && choice.kind === "backend" && choice.model ? choice.model : backend.models[0];
    if (why !== undefined || !backend.provider || !model) passedOver.push({ backend: name, reason: why ?? "no model" });
    else
      targets.push({
        backend,
        provider: backend.provider,
        model,
        reason: reasonFor(name === preferred, preferred, chain),
      });
  }
  return { targets, passedOver };
}

/** Every name that a request may give as its model. */
export function modelNames(backends: Backends, listed: ListedModels): string[] {
  const usable = Object.values(backends).filter((backend) => backend.disabled() === undefined);
  return [
    "auto",
    ...usable.flatMap((backend) => [
      backend.name,
      ...modelsOf(backend, listed).map((model) => `${backend.name}/${model}`),
    ]),
  ];
}

function modelsOf(backend: Backend, listed: ListedModels): readonly string[] {
  return [...new Set([...backend.models, ...listed(backend.name)])];
}

function reasonFor(isPreferred: boolean, preferred: BackendName | undefined, chain: readonly BackendName[]): string {
  if (isPreferred) return "asked for";
  return preferred ? `in place of ${preferred}` : `auto: first that answers of ${chain.join(", ")}`;
}

function notFound(name: string, backends: Backends, listed: ListedModels): RouterError {
  const names = modelNames(backends, listed);
  const nearest = nearestName(name, names);
  const hint = nearest ? ` Did you mean ${nearest}?` : "";
  const shown = name.length > 100 ? `${name.slice(0, 100)}...` : name;
  const message = `The model ${JSON.stringify(shown)} does not exist.${hint} There are: ${names.join(", ")}.`;
  return new RouterError("model_not_found", message, { param: "model" });
}
