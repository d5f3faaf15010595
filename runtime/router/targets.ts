import {
  arbitrageTiers,
  type BackendName,
  backendNames,
  cloudBackends,
  nearestName,
  type RouterConfig,
  splitAddress,
} from "../config/index.ts";
import type { Throttle } from "./alerts/index.ts";
import { estimate } from "./arbitrage/index.ts";
import type { Backend, Backends } from "./backends.ts";
import { type BackendFailure, RouterError, SecurityError } from "./errors.ts";
import type { ChatQuestion, LlmProvider } from "./providers/provider.ts";
import type { Standing, Standings } from "./reliability/index.ts";
import { throttledWishes } from "./throttled.ts";
import { type Wish, wishOfTier } from "./wish.ts";

/** One model at one backend that may be asked. */
export interface Target {
  readonly backend: Backend;
  readonly provider: LlmProvider;
  readonly model: string;
  readonly standing: Standing;
  /** Why it is asked; part of `x-router-reason`. */
  readonly reason: string;
  /** The request names this backend. */
  readonly askedFor: boolean;
}

export interface TargetPlan {
  readonly targets: readonly Target[];
  /** Who would be first were it not slow just now; absent where it is the first. */
  readonly meant?: Target | undefined;
  /** Backends that would have been asked but for this. */
  readonly passedOver: readonly BackendFailure[];
}

/** What the choice is made from. */
export interface Choosing {
  readonly config: Pick<RouterConfig, "failoverChain" | "arbitrage" | "predictive">;
  readonly backends: Backends;
  readonly standings: Standings;
  /** What a typical request costs there; Infinity where nobody knows. */
  readonly priceOf: (backend: Backend, model: string) => number;
}

/** What a request's `model` means, once it is known to exist. */
export type ModelChoice =
  | { readonly kind: "auto" }
  | { readonly kind: "backend"; readonly backend: BackendName; readonly model?: string };

/**
 * Reads `auto`, `<backend>` or `<backend>/<model>`.
 *
 * @throws RouterError model_not_found that lists what exists
 */
export function parseModel(name: string, backends: Backends): ModelChoice {
  if (name === "auto") return { kind: "auto" };
  const slash = name.indexOf("/");
  const backend = (slash < 0 ? name : name.slice(0, slash)) as BackendName;
  if (!backendNames.includes(backend)) throw notFound(name, backends);
  if (slash < 0) return { kind: "backend", backend };
  const model = name.slice(slash + 1);
  const models = modelsOf(backends[backend]);
  if (!models.includes(model.replace(/:latest$/, "")) && !models.includes(model)) throw notFound(name, backends);
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
 * The order in which targets are asked: the one that was asked for, or that is the cheapest which is good enough, then
 * the chain; before all of them a faster model where the first has become slow. What may not be asked is passed over
 * with its reason. Open circuits are not looked at here but when a target's turn comes.
 *
 * @param throttle what `auto` means while a budget nears its end; a request that names its model is not touched
 * @throws SecurityError when a cloud backend is asked for by name and `sovereign` forbids it
 */
export function chooseTargets(
  choosing: Choosing,
  choice: ModelChoice,
  question: Pick<ChatQuestion, "request">,
  sovereign: boolean,
  throttle?: Throttle,
): TargetPlan {
  if (choice.kind === "backend" && sovereign) refuseCloud(choice.backend);
  if (choice.kind === "auto" && throttle) return throttledPlan(choosing, throttle, question, sovereign);
  const { failoverChain } = choosing.config;
  const reason = choice.kind === "backend" ? `in place of ${choice.backend}` : "auto: next of the chain";
  const chain = failoverChain.map((backend): Wish => ({ backend, reason }));
  const wishes = [...first(choosing, choice, question), ...chain];
  const plan = usable(choosing, wishes, sovereign);
  const faster = insteadOf(choosing, plan.targets[0], choice, sovereign);
  if (!faster) return plan;
  const others = plan.targets.filter((target) => !isSame(target, faster));
  return { ...plan, meant: plan.targets[0], targets: [faster, ...others] };
}

/** Whom "always the primary" would ask: the default model of the first of the chain that may be asked. */
export function primaryOf(
  { config, backends }: Pick<Choosing, "config" | "backends">,
  sovereign: boolean,
): Pick<Target, "backend" | "model"> | undefined {
  for (const name of config.failoverChain) {
    const backend = backends[name];
    const model = backend.models[0];
    if (model !== undefined && whyNot(backend, sovereign) === undefined) return { backend, model };
  }
  return undefined;
}

/** While a budget nears its end: never in place of a target one that costs more because it is faster. */
function throttledPlan(
  choosing: Choosing,
  throttle: Throttle,
  question: Pick<ChatQuestion, "request">,
  sovereign: boolean,
): TargetPlan {
  const plan = usable(choosing, throttledWishes(choosing, throttle, question), sovereign);
  if (throttle.level === "cheaper" || plan.targets.length > 0) return plan;
  // There are no models of our own.
  return throttledPlan(choosing, { ...throttle, level: "cheaper" }, question, sovereign);
}

function first({ config, backends }: Choosing, choice: ModelChoice, question: Pick<ChatQuestion, "request">): Wish[] {
  if (choice.kind === "backend") return [{ ...choice, reason: "asked for", askedFor: true }];
  const { strategy, tiers } = config.arbitrage;
  if (strategy === "chain") {
    const [backend] = config.failoverChain;
    return backend ? [{ backend, reason: `auto: first that answers of ${config.failoverChain.join(", ")}` }] : [];
  }
  const estimated = estimate(strategy, question.request);
  const larger = arbitrageTiers.slice(arbitrageTiers.indexOf(estimated.tier));
  return larger.map((name) => wishOfTier(name, tiers, backends, estimated));
}

function usable({ backends, standings }: Choosing, wishes: readonly Wish[], sovereign: boolean): TargetPlan {
  const targets: Target[] = [];
  const passedOver = new Map<BackendName, BackendFailure>();
  for (const wish of wishes) {
    const backend = backends[wish.backend];
    const why = whyNot(backend, sovereign);
    const model = wish.model ?? backend.models[0];
    if (why !== undefined || !backend.provider || !model) {
      passedOver.set(backend.name, { backend: backend.name, reason: why ?? "no model" });
      continue;
    }
    const standing = standings.of(backend, model);
    const { reason, askedFor = false } = wish;
    const target = { backend, provider: backend.provider, model, standing, reason, askedFor };
    if (!targets.some((other) => isSame(other, target))) targets.push(target);
  }
  return { targets, passedOver: [...passedOver.values()] };
}

/** The faster model that answers while the first target is slow (R5). A model asked for by its full name stays. */
function insteadOf(
  choosing: Choosing,
  slow: Target | undefined,
  choice: ModelChoice,
  sovereign: boolean,
): Target | undefined {
  const { predictive } = choosing.config;
  if (!slow || !predictive.enabled || (choice.kind === "backend" && choice.model !== undefined)) return undefined;
  const { predictor } = slow.standing;
  if (!predictor.slow) return undefined;
  const [backend, model] = splitAddress(predictive.switchTo);
  const reason = `predictive: ${slow.backend.name}/${slow.model} is slow`;
  const faster = usable(choosing, [{ backend, model, reason }], sovereign).targets[0];
  if (!faster || isSame(faster, slow) || faster.standing.predictor.slow) return undefined;
  if (faster.standing.breaker.state !== "closed") return undefined;
  return predictor.advise() === "switch" ? faster : undefined;
}

const isSame = (one: Target, other: Target): boolean => one.backend === other.backend && one.model === other.model;

const whyNot = (backend: Backend, sovereign: boolean): string | undefined =>
  sovereign && backend.cloud ? "a cloud backend, refused in sovereign mode" : backend.disabled();

/** Every name that a request may give as its model. */
export function modelNames(backends: Backends): string[] {
  const usable = Object.values(backends).filter((backend) => backend.disabled() === undefined);
  return [
    "auto",
    ...usable.flatMap((backend) => [backend.name, ...modelsOf(backend).map((model) => `${backend.name}/${model}`)]),
  ];
}

function modelsOf({ models, listed }: Backend): readonly string[] {
  return listed.size === 0 ? models : [...new Set([...models, ...listed])];
}

function notFound(name: string, backends: Backends): RouterError {
  const names = modelNames(backends);
  const nearest = nearestName(name, names);
  const hint = nearest ? ` Did you mean ${nearest}?` : "";
  const shown = name.length > 100 ? `${name.slice(0, 100)}...` : name;
  const message = `The model ${JSON.stringify(shown)} does not exist.${hint} There are: ${names.join(", ")}.`;
  return new RouterError("model_not_found", message, { param: "model" });
}
