import { type BackendName, configHash, type RouterConfig } from "../config/index.ts";
import type { Backend, Backends } from "./backends.ts";
import { failureOfError, UpstreamFailure } from "./providers/failure.ts";
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
  /** A scripted stand-in, not a model. */
  readonly rehearsal?: true;
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
}

type Probed = { readonly models: readonly string[]; readonly failure?: UpstreamFailure };

/** Knows how the backends are and which models they list. */
export class Health {
  readonly #config: RouterConfig;
  readonly #backends: Backends;
  readonly #hash: string;
  readonly #sovereign: boolean;
  readonly #probes = new Map<BackendName, { at: number; result: Promise<Probed> }>();
  readonly #listed = new Map<BackendName, readonly string[]>();

  constructor(config: RouterConfig, backends: Backends, sovereign: boolean) {
    this.#config = config;
    this.#backends = backends;
    this.#hash = configHash(config);
    this.#sovereign = sovereign;
  }

  async report(draining: boolean): Promise<HealthReport> {
    const list = await Promise.all(
      Object.values(this.#backends).map(async (it) => [it.name, await this.#of(it)] as const),
    );
    const backends = Object.fromEntries(list) as Record<BackendName, BackendHealth>;
    return {
      name: this.#config.name,
      ...(this.#config.region ? { region: this.#config.region } : {}),
      status: overall(Object.values(backends)),
      airgap: this.#sovereign,
      draining,
      config: this.#hash,
      backends,
    };
  }

  async isAvailable(name: BackendName): Promise<boolean> {
    const backend = this.#backends[name];
    return backend.disabled() === undefined && (await this.#probe(backend)).failure === undefined;
  }

  /**
   * What a request's model means. Models of our own exist when Ollama lists them; those of a cloud provider cost money
   * and exist when the configuration names them.
   *
   * @throws RouterError model_not_found
   */
  async findModel(name: string): Promise<ModelChoice> {
    try {
      return parseModel(name, this.#backends, this.#listedBy);
    } catch (error) {
      if (!name.startsWith("local/")) throw error;
      await this.#probe(this.#backends.local);
      return parseModel(name, this.#backends, this.#listedBy);
    }
  }

  async modelNames(): Promise<string[]> {
    await this.#probe(this.#backends.local);
    return modelNames(this.#backends, this.#listedBy);
  }

  readonly #listedBy = (backend: BackendName) => (backend === "local" ? (this.#listed.get(backend) ?? []) : []);

  async #of(backend: Backend): Promise<BackendHealth> {
    const rehearsal = backend.rehearsal ? ({ rehearsal: true } as const) : {};
    const disabled =
      this.#sovereign && backend.cloud ? "a cloud backend, refused in air-gapped mode" : backend.disabled();
    if (disabled !== undefined) return { status: "disabled", why: disabled, ...rehearsal };
    const probed = await this.#probe(backend);
    const { latencyMs } = backend.vitals;
    const model = backend.models[0];
    return {
      ...statusOf(backend, probed),
      ...(latencyMs === undefined ? {} : { latency_ms: latencyMs }),
      ...(model === undefined ? {} : { model }),
      ...rehearsal,
    };
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

  async #ask({ name, provider, vitals }: Backend): Promise<Probed> {
    if (!provider) return { models: [], failure: new UpstreamFailure("not asked") };
    const controller = new AbortController();
    const late = () => controller.abort(new UpstreamFailure(`no answer within ${probeTimeoutMs} ms`));
    const timer = setTimeout(late, probeTimeoutMs);
    const started = performance.now();
    try {
      const { models } = await provider.probe(controller.signal);
      vitals.latencyMs ??= Math.round(performance.now() - started);
      this.#listed.set(name, models);
      return { models };
    } catch (error) {
      return { models: [], failure: failureOfError(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}

function statusOf(backend: Backend, { failure, models }: Probed): Pick<BackendHealth, "status" | "why"> {
  if (failure) return { status: "down", why: failure.message };
  const model = backend.models[0];
  if (backend.name === "local" && model && !models.includes(model.replace(/:latest$/, ""))) {
    return { status: "degraded", why: `the model ${model} is not there: ollama pull ${model}` };
  }
  const { lastFailure } = backend.vitals;
  return lastFailure ? { status: "degraded", why: `last request: ${lastFailure}` } : { status: "healthy" };
}

function overall(backends: readonly BackendHealth[]): HealthReport["status"] {
  const used = backends.filter(({ status }) => status !== "disabled");
  if (used.some(({ status }) => status === "healthy" || status === "degraded")) {
    return used.every(({ status }) => status === "healthy") ? "healthy" : "degraded";
  }
  return "down";
}
