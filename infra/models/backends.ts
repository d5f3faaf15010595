import {
  type BackendConfig,
  parseRouterConfig,
  type RouterConfig,
  type RouterConfigInput,
} from "../../runtime/config/index.ts";
import { addressOf, type Models, ollamaServer, type TritonModel, tritonServer } from "./models.ts";

type BackendInput = NonNullable<NonNullable<RouterConfigInput["backends"]>["triton"]>;

/** Where a router's configuration says something else than the stack's models. */
export interface ModelConflict {
  /** Within the router's configuration. */
  readonly path: readonly string[];
  readonly allowed: string;
  readonly fix: string;
}

/**
 * A router's configuration with the models that the stack serves: addresses, names, and the weights of an A/B test. This
 * is the one place in which they are derived, so that what is deployed and what is asked for are the same.
 *
 * @param namespace of the model servers
 * @throws RangeError where the configuration says otherwise; see `modelConflicts`
 */
export function withModels(config: RouterConfig, models: Models, namespace: string): RouterConfig {
  const [conflict] = modelConflicts(config, models);
  if (conflict) throw new RangeError(`${conflict.path.join(".")}: allowed is ${conflict.allowed}; ${conflict.fix}`);
  const { ollama, triton } = models;
  const { local: ownLocal, triton: ownTriton } = config.backends;
  const backends = {
    ...config.backends,
    ...(ollama === undefined ? {} : { local: localBackend(ollama.models, namespace, ownLocal) }),
    ...(triton === undefined ? {} : { triton: tritonBackend(triton.models, namespace, ownTriton) }),
  };
  return parseRouterConfig({ ...config, backends }, "the stack's models");
}

function localBackend(models: readonly string[], namespace: string, own: BackendConfig | undefined): BackendInput {
  const [first] = models;
  return {
    ...(first === undefined ? {} : { defaultModel: first }),
    ...own,
    baseUrl: addressOf(ollamaServer, namespace),
    models: [...models],
  };
}

function tritonBackend(
  models: readonly TritonModel[],
  namespace: string,
  own: BackendConfig | undefined,
): BackendInput {
  const [first] = models;
  return {
    ...(first === undefined ? {} : { defaultModel: first.name }),
    ...own,
    baseUrl: addressOf(tritonServer, namespace),
    models: models.map(({ name }) => name),
    triton: {
      models: Object.fromEntries(
        models.map(({ name, versions }) => [name, { ...own?.triton?.models[name], versions: weightsOf(versions) }]),
      ),
    },
  };
}

/** A version without users is loaded and not asked. */
const weightsOf = (versions: TritonModel["versions"]): Record<string, number> =>
  Object.fromEntries(
    versions.filter(({ weight }) => weight > 0).map(({ version, weight }) => [String(version), weight]),
  );

/** What a router's configuration may not say beside the stack's models. */
export function modelConflicts(config: RouterConfig, models: Models): ModelConflict[] {
  return [
    ...conflictsOf("local", config.backends.local, models.ollama?.models),
    ...conflictsOf(
      "triton",
      config.backends.triton,
      models.triton?.models.map(({ name }) => name),
    ),
  ];
}

function conflictsOf(
  backend: "local" | "triton",
  own: BackendConfig | undefined,
  served: readonly string[] | undefined,
): ModelConflict[] {
  if (own === undefined || served === undefined) return [];
  const at = (...rest: string[]) => ["backends", backend, ...rest];
  const fix = `remove it: models.${backend === "local" ? "ollama" : backend} says it`;
  const unknown = (path: string[], given: readonly string[]): ModelConflict[] =>
    given
      .filter((model) => !served.includes(model))
      .map((model) => ({ path: [...path, model], allowed: `models that are served: ${served.join(", ")}`, fix }));
  const weighed = Object.entries(own.triton?.models ?? {}).filter(
    ([, { versions }]) => Object.keys(versions).length > 0,
  );
  return [
    ...(own.baseUrl === undefined
      ? []
      : [{ path: at("baseUrl"), allowed: "the address of the stack's own server", fix }]),
    ...unknown(at("models"), own.models),
    ...unknown(at("triton", "models"), Object.keys(own.triton?.models ?? {})),
    ...unknown(at("defaultModel"), own.defaultModel === undefined ? [] : [own.defaultModel]),
    ...weighed.map(([model]) => ({
      path: at("triton", "models", model, "versions"),
      allowed: "the weights of models.triton",
      fix,
    })),
  ];
}
