import { type BackendName, configHash, type RouterConfig, splitAddress } from "../config/index.ts";
import type { Access } from "./access/index.ts";
import type { Backend, Backends } from "./backends.ts";
import { type BudgetState, type LedgerState, MoneyHealth } from "./money-health.ts";
import { failureOfError, UpstreamFailure } from "./providers/failure.ts";
import type { BreakerState, Standings } from "./reliability/index.ts";
import type { Spending } from "./spending/index.ts";
import { type ModelChoice, modelNames, parseModel } from "./targets.ts";

/** A probe's answer is good for this long, so that /health can't be used to hammer a provider; milliseconds. */
const probeAgeMs = 1_000;
const probeTimeoutMs = 3_000;

export interface BackendHealth {
  /** healthy: answers. degraded: answers the probe, but the last request failed or the model is missing. */
  readonly status: "healthy" | "degraded" | "down" | "disabled";
  readonly why?: string;
  readonly latency_ms?: number;
  readonly model?: string;
  /** The circuit breaker of its default model; absent where it is disabled. */
  readonly breaker?: BreakerState;
  /** Models that were asked since the start. */
  readonly models?: Readonly<Record<string, ModelHealth>>;
  /** A scripted stand-in, not a model. */
  readonly rehearsal?: true;
}

export interface ModelHealth {
  readonly breaker: BreakerState;
  /** Milliseconds until an open circuit is tried again. */
  readonly next_probe_ms?: number;
  /** The average of the last response times; milliseconds. */
  readonly average_ms?: number;
  /** The predictive breaker sends its requests to a faster model. */
  readonly slow?: true;
}

export interface HealthReport {
  readonly name: string;
  readonly region?: string;
  readonly status: "healthy" | "degraded" | "down";
  readonly airgap: boolean;
  readonly draining: boolean;
  /** Hash of the effective configuration. */
  readonly config: string;
  readonly backends: Readonly<Record<BackendName, BackendHealth>>;
  /** Absent where there is none. */
  readonly ledger?: LedgerState;
  readonly budgets: BudgetState;
  /** Absent where keys are changed in the configuration only. */
  readonly access?: AccessState;
}

export interface AccessState {
  /** Of keys, tenants and backends that were changed over HTTP; the same on every router. */
  readonly revision: number;
  /** Since when the database can't be asked: what was known then goes on. */
  readonly stale_since?: string;
}

type Probed = { readonly models: readonly string[]; readonly failure?: UpstreamFailure };

export interface HealthParts {
  readonly config: RouterConfig;
  readonly backends: Backends;
  readonly standings: Standings;
  readonly sovereign: boolean;
  readonly spending: Spending;
  readonly access: Access;
}

/** Knows how the backends are and which models they list. */
export class Health {
  readonly #config: RouterConfig;
  readonly #backends: Backends;
  readonly #hash: string;
  readonly #sovereign: boolean;
  readonly #probes = new Map<BackendName, { at: number; result: Promise<Probed> }>();
  readonly #standings: Standings;
  readonly #money: MoneyHealth;
  readonly #access: Access;

  constructor(parts: HealthParts) {
    const { config, backends, standings, sovereign, spending, access } = parts;
    this.#access = access;
    this.#standings = standings;
    this.#money = new MoneyHealth(spending);
    this.#config = config;
    this.#backends = backends;
    this.#hash = configHash(config);
    this.#sovereign = sovereign;
  }

  async report(draining: boolean): Promise<HealthReport> {
    const [list, budgets] = await Promise.all([
      Promise.all(Object.values(this.#backends).map(async (it) => [it.name, await this.#of(it)] as const)),
      this.#money.budgets(),
    ]);
    const backends = Object.fromEntries(list) as Record<BackendName, BackendHealth>;
    const { ledger } = this.#money;
    const counts = budgets.known && ledger?.writable !== false;
    return {
      name: this.#config.name,
      ...(this.#config.region ? { region: this.#config.region } : {}),
      status: overall(Object.values(backends), counts),
      airgap: this.#sovereign,
      draining,
      config: this.#hash,
      backends,
      ...(ledger ? { ledger } : {}),
      budgets,
      ...accessState(this.#access),
    };
  }

  async isAvailable(name: BackendName): Promise<boolean> {
    const backend = this.#backends[name];
    return backend.disabled() === undefined && (await this.#probe(backend)).failure === undefined;
  }

  /**
   * What a request's model means. Models of our own exist when Ollama lists them; those of a cloud provider cost money
   * and exist when the configuration names them. Only where one of our own is to be asked for its models is it a promise.
   *
   * @throws RouterError model_not_found
   */
  findModel(name: string): ModelChoice | Promise<ModelChoice> {
    try {
      return parseModel(name, this.#backends);
    } catch (error) {
      const own = Object.values(this.#backends).find(
        ({ cloud, name: backend }) => !cloud && name.startsWith(`${backend}/`),
      );
      if (!own) throw error;
      return this.#probe(own).then(() => parseModel(name, this.#backends));
    }
  }

  async modelNames(): Promise<string[]> {
    const own = Object.values(this.#backends).filter(({ cloud, provider }) => !cloud && provider);
    await Promise.all(own.map((backend) => this.#probe(backend)));
    return modelNames(this.#backends);
  }

  async #of(backend: Backend): Promise<BackendHealth> {
    const rehearsal = backend.rehearsal ? ({ rehearsal: true } as const) : {};
    const disabled =
      this.#sovereign && backend.cloud ? "a cloud backend, refused in air-gapped mode" : backend.disabled();
    if (disabled !== undefined) return { status: "disabled", why: disabled, ...rehearsal };
    const probed = await this.#probe(backend);
    const { latencyMs } = backend.vitals;
    const model = backend.models[0];
    const models = this.#modelsOf(backend);
    const breaker = (model ? models[model]?.breaker : undefined) ?? "closed";
    return {
      ...statusOf(backend, probed, breaker),
      breaker,
      ...(Object.keys(models).length === 0 ? {} : { models }),
      ...(latencyMs === undefined ? {} : { latency_ms: latencyMs }),
      ...(model === undefined ? {} : { model }),
      ...rehearsal,
    };
  }

  #modelsOf(backend: Backend): Record<string, ModelHealth> {
    const found: Record<string, ModelHealth> = {};
    for (const [address, { breaker, predictor }] of this.#standings.entries()) {
      const [name, model] = splitAddress(address);
      if (name !== backend.name) continue;
      const { average } = predictor;
      found[model] = {
        breaker: breaker.state,
        ...(breaker.state === "open" ? { next_probe_ms: breaker.nextProbeMs } : {}),
        ...(average === undefined ? {} : { average_ms: Math.round(average) }),
        ...(predictor.slow ? { slow: true } : {}),
      };
    }
    return found;
  }

  #probe(backend: Backend): Promise<Probed> {
    const last = this.#probes.get(backend.name);
    if (last && performance.now() - last.at < probeAgeMs) return last.result;
    const result = this.#ask(backend);
    this.#probes.set(backend.name, { at: Number.POSITIVE_INFINITY, result });
    // While it runs everyone waits for this one; its age counts from its end.
    void result.then(() => this.#probes.set(backend.name, { at: performance.now(), result }));
    return result;
  }

  async #ask({ provider, vitals, cloud, listed }: Backend): Promise<Probed> {
    if (!provider) return { models: [], failure: new UpstreamFailure("not asked") };
    const controller = new AbortController();
    const late = () => controller.abort(new UpstreamFailure(`no answer within ${probeTimeoutMs} ms`));
    const timer = setTimeout(late, probeTimeoutMs);
    const started = performance.now();
    try {
      const { models } = await provider.probe(controller.signal);
      vitals.latencyMs ??= Math.round(performance.now() - started);
      // Models of our own exist when they are listed; a cloud provider's cost money and exist when they are configured.
      if (!cloud) replaceAll(listed, models);
      return { models };
    } catch (error) {
      return { models: [], failure: failureOfError(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}

function accessState({ health }: Access): { access?: AccessState } {
  if (!health) return {};
  const { revision, staleSince } = health;
  const stale = staleSince === undefined ? {} : { stale_since: new Date(staleSince).toISOString() };
  return { access: { revision, ...stale } };
}

function replaceAll(set: Set<string>, values: readonly string[]): void {
  set.clear();
  for (const value of values) set.add(value);
}

function statusOf(
  backend: Backend,
  { failure, models }: Probed,
  breaker: BreakerState,
): Pick<BackendHealth, "status" | "why"> {
  if (failure) return { status: "down", why: failure.message };
  if (breaker === "open") return { status: "down", why: `circuit open: ${backend.vitals.lastFailure ?? "it failed"}` };
  const model = backend.models[0];
  if (backend.name === "local" && model && !models.includes(model.replace(/:latest$/, ""))) {
    return { status: "degraded", why: `the model ${model} is not there: ollama pull ${model}` };
  }
  const { lastFailure } = backend.vitals;
  return lastFailure ? { status: "degraded", why: `last request: ${lastFailure}` } : { status: "healthy" };
}

/** @param counts whether what costs can be counted; where not, it is refused */
function overall(backends: readonly BackendHealth[], counts: boolean): HealthReport["status"] {
  const used = backends.filter(({ status }) => status !== "disabled");
  if (used.some(({ status }) => status === "healthy" || status === "degraded")) {
    return counts && used.every(({ status }) => status === "healthy") ? "healthy" : "degraded";
  }
  return "down";
}
