import { type RouterConfig, renderJson, splitAddress } from "../config/index.ts";
import { Access } from "./access/index.ts";
import type { Watched } from "./alerts/index.ts";
import { type Backend, type Backends, openBackends } from "./backends.ts";
import { Canceller, type CancelSignal } from "./cancel.ts";
import type { Usage } from "./chat/index.ts";
import { type CountOrder, countTokens, type TokenCount } from "./count-tokens.ts";
import { type EmbeddingOrder, embed } from "./embeddings.ts";
import { RouterError } from "./errors.ts";
import { Health, type HealthReport } from "./health.ts";
import { periodNames, toDollars } from "./money/index.ts";
import type { Order } from "./order.ts";
import { type Answer, answer, type Router } from "./pipeline.ts";
import type { EmbeddingAnswer } from "./providers/provider.ts";
import { ClientQuestion } from "./question.ts";
import { Standings } from "./reliability/index.ts";
import { type RequestAccount, Spending } from "./spending/index.ts";
import { noTelemetry, type Observed, type RequestTelemetry } from "./telemetry/index.ts";
import { newTrail, type Trail } from "./trail.ts";
import { openAiWire } from "./wires/openai/index.ts";

/** What is still to be written to the ledger gets this long; milliseconds. */
const closeMs = 5_000;

export interface HybridRouterOptions {
  /** The folder that relative paths of the configuration start from; the working directory by default. */
  readonly baseDirectory?: string;
  /** By default the budgets of this router alone, which it forgets when it ends. */
  readonly spending?: Spending;
  /** By default the keys of the configuration. */
  readonly access?: Access;
}

export interface RouteOptions {
  /** Ends the request, and the provider's with it. */
  readonly signal?: CancelSignal;
  /** Only backends of our own may answer this one. */
  readonly sovereign?: boolean;
  /** Who asks, for A/B tests between versions of a model: the same value, the same version. */
  readonly stickyKey?: string;
  readonly trail?: Trail;
  readonly telemetry?: RequestTelemetry;
  readonly account?: RequestAccount;
}

export interface RouteResult {
  readonly text: string;
  readonly backend: string;
  readonly model: string;
  readonly attempts: number;
  readonly usage: Usage | undefined;
  /** US dollars. */
  readonly costUsd: number;
}

/**
 * Routes prompts over the configured backends, with failover. Every method throws RouterError: `SecurityError` where a
 * cloud backend is asked for in air-gapped mode, code `all_backends_down` ("All Clouds Down") with each backend's reason.
 *
 * @example
 * const router = new HybridRouter(loadRouterConfig(undefined, process.env));
 * const text = await router.routeRequest("What is a monad?", "Answer in one sentence.", "openai");
 */
export class HybridRouter {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #baseDirectory: string;
  readonly spending: Spending;
  readonly access: Access;
  /** Backends of earlier configurations that may still be answering. */
  readonly #retired = new Map<Backends, NodeJS.Timeout>();
  #router: Router;

  /** @param environment where the providers' keys are found; its AIRGAP_MODE tightens what the configuration says */
  constructor(config: RouterConfig, environment: NodeJS.ProcessEnv = process.env, options: HybridRouterOptions = {}) {
    this.#environment = environment;
    this.#baseDirectory = options.baseDirectory ?? ".";
    this.spending = options.spending ?? Spending.inMemory(config);
    this.access = options.access ?? new Access({ config });
    this.#router = this.#open(config, new Standings(config));
    this.spending.lay(this.access.state.budgets);
    // Somewhere a key was rotated: here its file may be new, too.
    this.access.onBackends = (names) => {
      for (const name of names) this.backend(name)?.key?.again();
    };
  }

  #open(config: RouterConfig, standings: Standings): Router {
    const { revocations } = this.access;
    const sources = { config, environment: this.#environment, baseDirectory: this.#baseDirectory, revocations };
    const backends = openBackends(sources);
    const sovereign = config.airgap || !/^(false|0|no|off)?$/i.test(this.#environment.AIRGAP_MODE?.trim() ?? "");
    const priceOf: Router["priceOf"] = (backend, model) => this.spending.typicalCostOf(backend, model);
    const parts = { config, backends, standings, sovereign, priceOf };
    return { ...parts, health: new Health({ ...parts, spending: this.spending, access: this.access }) };
  }

  get config(): RouterConfig {
    return this.#router.config;
  }

  /** Whether only backends of our own may answer here, by the configuration or the environment. */
  get sovereign(): boolean {
    return this.#router.sovereign;
  }

  /** From now on requests go by this configuration; those under way end by the one that they began with. */
  reconfigure(config: RouterConfig): void {
    const before = this.#router;
    this.spending.reconfigure(config);
    this.access.reconfigure(config);
    const rules = ({ breaker, predictive }: RouterConfig) => renderJson({ breaker, predictive });
    const same = rules(config) === rules(before.config);
    this.#router = this.#open(config, same ? before.standings : new Standings(config));
    const over = before.config.deadlines.totalMs;
    const retire = setTimeout(() => this.#retire(before.backends), over);
    this.#retired.set(before.backends, retire.unref());
  }

  /** A backend by its name; undefined where there is none. */
  backend(name: string): Backend | undefined {
    return Object.values(this.#router.backends).find((backend) => backend.name === name);
  }

  #retire(backends: Backends): Promise<unknown> {
    clearTimeout(this.#retired.get(backends));
    this.#retired.delete(backends);
    return Promise.all(Object.values(backends).map(({ provider }) => provider?.close()));
  }

  /**
   * @param preferredModel `auto`, a backend's name, or `<backend>/<model>`; the others of the chain follow on failure
   * @returns the answer's text
   */
  async routeRequest(prompt: string, systemPrompt: string, preferredModel = "gemini"): Promise<string> {
    return (await this.route(prompt, systemPrompt, preferredModel)).text;
  }

  /** As `routeRequest`, with who answered and what it used. */
  async route(prompt: string, systemPrompt: string, model: string, options: RouteOptions = {}): Promise<RouteResult> {
    const trail = options.trail ?? newTrail();
    const system = systemPrompt === "" ? [] : [{ role: "system", content: systemPrompt }];
    const answered = await this.answer(
      {
        model,
        question: new ClientQuestion(openAiWire, { model, messages: [...system, { role: "user", content: prompt }] }),
        stream: false,
        includeUsage: false,
        stickyKey: options.stickyKey ?? "",
        sovereign: options.sovereign ?? false,
        wire: openAiWire,
        client: options.signal ?? new Canceller(),
        telemetry: options.telemetry ?? noTelemetry,
        account: options.account ?? this.spending.request(library, trail),
      },
      trail,
    );
    if (answered.kind !== "json") throw new RouterError("internal_error", "A whole answer was expected, not a stream.");
    const { backend = "", model: used = "", attempts } = trail;
    const costUsd = toDollars(trail.costNano ?? 0);
    return { text: textOf(answered.bytes), backend, model: used, attempts, usage: answered.usage, costUsd };
  }

  /** The form behind the HTTP API: JSON or a stream of checked events; `trail` says afterwards what became of it. */
  answer(order: Order, trail: Trail = newTrail()): Promise<Answer> {
    return answer(this.#router, order, trail);
  }

  /** Vectors of texts, in the OpenAI wire's form. */
  embed(order: EmbeddingOrder, trail: Trail = newTrail()): Promise<EmbeddingAnswer> {
    return embed(this.#router, order, trail);
  }

  /** How many input tokens a question has, as the model counts that would be asked first, or estimated. */
  countTokens(order: CountOrder, trail: Trail = newTrail()): Promise<TokenCount> {
    return countTokens(this.#router, order, trail);
  }

  healthCheck(draining = false): Promise<HealthReport> {
    return this.#router.health.report(draining);
  }

  /** Whether the local backend is enabled and answers. */
  isLocalAvailable(): Promise<boolean> {
    return this.#router.health.isAvailable("local");
  }

  /** Every name that a request may give as its model. */
  modelNames(): Promise<string[]> {
    return this.#router.health.modelNames();
  }

  /** What must be said at the start: `[backend, model or why it is disabled]`. */
  backends(): { name: string; disabled: string | undefined; rehearsal: boolean }[] {
    return Object.values(this.#router.backends).map(({ name, disabled, rehearsal }) => ({
      name,
      disabled: disabled(),
      rehearsal,
    }));
  }

  /** What metrics tell of the targets when they are read. */
  observed(): Observed {
    const targets = () =>
      Array.from(this.#router.standings.entries(), ([address, standing]) => {
        const [backend, model] = splitAddress(address);
        return { backend, model, standing };
      });
    return {
      breakers: () => targets().map(({ standing, ...target }) => ({ ...target, state: standing.breaker.state })),
      predictive: () =>
        targets().map(({ standing: { predictor }, ...target }) => ({
          ...target,
          averageMs: predictor.average,
          slow: predictor.slow,
        })),
      costs: () => this.spending.costs.series(),
      budgets: () => Array.from(this.spending.watch.watched, metricsOf),
      alerts: () => this.spending.alerts?.counts ?? {},
      models: (backend) => {
        const { models, listed } = this.#router.backends[backend];
        return [...models, ...listed];
      },
    };
  }

  /** Ends every connection to the providers. */
  async close(): Promise<void> {
    await Promise.all([this.#router.backends, ...this.#retired.keys()].map((backends) => this.#retire(backends)));
    await this.access.close({ timeoutMs: closeMs });
    await this.spending.close({ timeoutMs: closeMs });
  }
}

/** A budget's limited periods, in dollars. */
const metricsOf = ({ scope, throttle, status }: Watched) => ({
  scope,
  throttle: throttle?.level,
  periods: periodNames.flatMap((period) => {
    const { limit, spent, reserved } = status[period];
    if (limit === undefined) return [];
    return [{ period, limit: toDollars(limit), spent: toDollars(spent), reserved: toDollars(reserved) }];
  }),
});

/** Who asks through the library. */
const library = { tenant: "library", keyId: "library", requestId: "", wire: "library" };

/** The text of the first choice; the provider's adapter has checked that there is one. */
function textOf(answer: Buffer): string {
  const { choices } = JSON.parse(answer.toString("utf8")) as { choices: { message?: { content?: unknown } }[] };
  const content = choices[0]?.message?.content;
  return typeof content === "string" ? content : "";
}
