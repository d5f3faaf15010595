import { z } from "zod";
import { AccessConfig } from "./access.ts";
import type { ThrottleConfig } from "./alerts.ts";
import { CacheConfig } from "./cache.ts";
import { DashboardConfig } from "./dashboard.ts";
import { IdempotencyConfig } from "./idempotency.ts";
import { LedgerConfig } from "./ledger.ts";
import { BudgetConfig, PriceConfig } from "./money.ts";
import { type BackendName, backendNames, cloudBackends, milliseconds, modelAddress } from "./names.ts";
import { RateConfig } from "./rates.ts";
import { ArbitrageConfig, BreakerConfig, PredictiveConfig, RetryConfig } from "./routing.ts";
import { SecretSource } from "./secret-source.ts";
import { TelemetryConfig } from "./telemetry.ts";
import { TritonConfig } from "./triton.ts";

const httpUrl = z.url({ protocol: /^https?$/, error: "a URL that starts with http:// or https://" });

const BackendConfig = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .meta({ description: "false takes it out of every chain and shows it as disabled." }),
    baseUrl: httpUrl
      .optional()
      .meta({ description: "The provider's address; set it to put a proxy or a test in its place." }),
    apiKey: SecretSource.optional().meta({
      description: "Where the provider's key is found; its own variable by default.",
    }),
    defaultModel: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "The model of a request that names only the backend." }),
    models: z
      .array(z.string().min(1))
      .default([])
      .meta({ description: "Further models that a request may name as <backend>/<model>." }),
    defaultMaxOutputTokens: z
      .int()
      .min(1)
      .default(4096)
      .meta({ description: "Sent upstream and announced in a header where a request gives no max_tokens." }),
    timeoutMs: milliseconds
      .optional()
      .meta({ description: "The whole answer's deadline where it differs from deadlines.totalMs." }),
    rehearsal: z.boolean().default(false).meta({
      description: "A scripted stand-in, not a model; its answers say so. Only where allowRehearsal is true.",
    }),
    prefill: z.boolean().optional().meta({
      description: "Whether its models go on with an answer that the request ends with; known per model by default.",
    }),
    triton: TritonConfig.optional(),
  })
  .meta({ description: "One provider of models." });
export type BackendConfig = z.infer<typeof BackendConfig>;

const TlsListener = z.strictObject({
  mode: z.literal("tls"),
  certificateFile: z.string().min(1).meta({ description: "PEM, leaf first, then intermediates." }),
  keyFile: z.string().min(1).meta({ description: "PEM of the leaf's private key." }),
  clientCaFile: z.string().min(1).optional().meta({ description: "PEM bundle of the authorities that sign clients." }),
  clientCertificate: z
    .enum(["none", "optional", "required"])
    .default("none")
    .meta({ description: "required refuses a client without a certificate of clientCaFile in the TLS handshake." }),
});

const PlainListener = z.strictObject({
  mode: z.literal("plain"),
  because: z.enum(["loopback", "mesh"]).meta({
    description: "Why plain HTTP is safe here: only this machine can connect, or a mesh encrypts outside of us.",
  }),
});

const ApiKey = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9]{4,32}$/, "4 to 32 letters and digits"),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "the SHA-256 of the whole key hl_<id>_<secret>, 64 lower-case hexadecimal digits"),
  tenant: z.string().min(1).default("default"),
  role: z.enum(["client", "admin"]).default("client"),
});

const defaultChain: BackendName[] = ["gemini", "claude", "openai", "local"];

/**
 * What a router does. The deployed form is this object as JSON, keys sorted; the router parses it again at its start
 * and freezes it. Paths in it are relative to the configuration file.
 */
export const RouterConfig = z
  .strictObject({
    name: z.string().min(1).default("router").meta({ description: "Who this is on /health and in logs." }),
    region: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "Where it is. A request that names another in x-router-region is refused." }),
    airgap: z.boolean().default(false).meta({
      description: "true refuses every cloud backend with sovereignty_violation. AIRGAP_MODE can only set it.",
    }),
    allowRehearsal: z.boolean().default(false).meta({ description: "Only the local stack sets it." }),
    listen: z
      .strictObject({
        host: z.string().min(1).default("127.0.0.1"),
        port: z.int().min(0).max(65535).default(8080).meta({ description: "0 takes a free one." }),
        security: z
          .discriminatedUnion("mode", [TlsListener, PlainListener])
          .default({ mode: "plain", because: "loopback" }),
      })
      .prefault({}),
    keys: z
      .array(ApiKey)
      .default([])
      .meta({ description: "Who may call, by the hash of their key. None: every request is refused." }),
    backends: z
      .partialRecord(z.enum(backendNames), BackendConfig)
      .default({})
      .meta({ description: "Backends by name; one that is not listed is disabled." }),
    failoverChain: z
      .array(z.enum(backendNames))
      .min(1)
      .default(defaultChain)
      .meta({ description: "The order in which backends are tried; disabled ones are passed over." }),
    retries: RetryConfig,
    breaker: BreakerConfig,
    predictive: PredictiveConfig,
    arbitrage: ArbitrageConfig,
    embeddings: z
      .strictObject({
        model: modelAddress.optional().meta({ description: "What auto means on /v1/embeddings." }),
      })
      .prefault({})
      .meta({ description: "Vectors of different models can't be compared: embeddings never fail over." }),
    streaming: z
      .strictObject({
        onBreak: z.enum(["continue", "error"]).default("continue").meta({
          description: "An answer that breaks off goes on at the next target, or ends with an error in the stream.",
        }),
        witnessMs: z.int().min(0).max(3_600_000).default(100).meta({
          description:
            "A JSON answer of the client's own wire is asked for in one piece where its model is known to be well and was asked for a stream within this time; else as a stream, whose first token and pauses tell how the model is. 0: always as a stream.",
        }),
      })
      .prefault({}),
    tenants: z
      .record(z.string().min(1), z.strictObject({ sovereign: z.boolean().default(false) }))
      .default({})
      .meta({ description: "Rules of single tenants; sovereign keeps a tenant's requests on backends of our own." }),
    access: AccessConfig,
    idempotency: IdempotencyConfig,
    cache: CacheConfig,
    rates: RateConfig,
    budgets: BudgetConfig,
    prices: PriceConfig,
    telemetry: TelemetryConfig,
    ledger: LedgerConfig,
    dashboard: DashboardConfig,
    deadlines: z
      .strictObject({
        connectMs: milliseconds.default(5_000),
        firstTokenMs: milliseconds.default(60_000),
        betweenTokensMs: milliseconds.default(30_000),
        totalMs: milliseconds.default(600_000),
        drainMs: milliseconds.default(30_000).meta({ description: "How long a stopping router lets requests finish." }),
      })
      .prefault({})
      .meta({ description: "Every wait has an end; milliseconds." }),
    limits: z
      .strictObject({
        maxBodyBytes: z.int().min(1024).max(104_857_600).default(10_485_760),
      })
      .prefault({}),
    log: z.strictObject({ level: z.enum(["debug", "info", "warn", "error"]).default("info") }).prefault({}),
  })
  .superRefine((config, context) => {
    for (const problem of conflicts(config)) {
      context.addIssue({
        code: "custom",
        path: problem.path,
        message: problem.allowed,
        params: { allowed: problem.allowed, fix: problem.fix },
      });
    }
  });
/** The parsed form: every default filled in. */
export type RouterConfig = z.infer<typeof RouterConfig>;
/** The written form. */
export type RouterConfigInput = z.input<typeof RouterConfig>;

type Draft = {
  airgap: boolean;
  allowRehearsal: boolean;
  listen: { host: string; security: z.infer<typeof TlsListener> | z.infer<typeof PlainListener> };
  keys: z.infer<typeof ApiKey>[];
  backends: Partial<Record<BackendName, BackendConfig>>;
  predictive: { thresholdMs: number; recoverBelowMs: number };
  failoverChain: BackendName[];
  budgets: { throttle: ThrottleConfig };
};

type Conflict = { path: (string | number)[]; allowed: string; fix: string };

const loopbackHosts = ["127.0.0.1", "::1", "localhost"];

/** What can't stand together, as data: each rule is a function of the whole configuration. */
const rules: readonly ((config: Draft) => Conflict[])[] = [
  ({ listen }) =>
    listen.security.mode === "plain" && listen.security.because === "loopback" && !loopbackHosts.includes(listen.host)
      ? [
          {
            path: ["listen", "host"],
            allowed: `${loopbackHosts.join(", ")} while listen.security is plain because of loopback`,
            fix: 'listen on loopback, or set listen.security to {mode: "tls", ...}',
          },
        ]
      : [],
  ({ listen: { security } }) =>
    security.mode === "tls" && security.clientCertificate !== "none" && !security.clientCaFile
      ? [
          {
            path: ["listen", "security", "clientCaFile"],
            allowed: `the file of the clients' authority while clientCertificate is ${security.clientCertificate}`,
            fix: "add it",
          },
        ]
      : [],
  ({ backends, allowRehearsal }) =>
    allowRehearsal
      ? []
      : entries(backends)
          .filter(([, backend]) => backend.rehearsal)
          .map(([name]) => ({
            path: ["backends", name, "rehearsal"],
            allowed: "false: rehearsal providers are for the local stack",
            fix: "remove it and give the real provider",
          })),
  ({ airgap, backends }) =>
    airgap
      ? entries(backends)
          .filter(([name, backend]) => backend.enabled && cloudBackends.includes(name))
          .map(([name]) => ({
            path: ["backends", name],
            allowed: "no cloud backend while airgap is true",
            fix: "remove it or set enabled: false",
          }))
      : [],
  ({ backends }) =>
    entries(backends)
      .filter(([name, backend]) => name !== "triton" && backend.triton !== undefined)
      .map(([name]) => ({
        path: ["backends", name, "triton"],
        allowed: "only on the backend triton",
        fix: "move it to backends.triton",
      })),
  ({ predictive }) =>
    predictive.recoverBelowMs > predictive.thresholdMs
      ? [
          {
            path: ["predictive", "recoverBelowMs"],
            allowed: `at most predictive.thresholdMs (${predictive.thresholdMs})`,
            fix: "lower it: the distance between the two keeps the choice from swinging",
          },
        ]
      : [],
  ({ budgets: { throttle } }) =>
    (throttle.localFromPercent ?? 100) < (throttle.cheaperFromPercent ?? 0)
      ? [
          {
            path: ["budgets", "throttle", "localFromPercent"],
            allowed: `at least budgets.throttle.cheaperFromPercent (${throttle.cheaperFromPercent})`,
            fix: "raise it, or leave cheaperFromPercent out",
          },
        ]
      : [],
  ({ failoverChain }) =>
    failoverChain
      .map((name, index) => ({ name, index }))
      .filter(({ name, index }) => failoverChain.indexOf(name) !== index)
      .map(({ index }) => ({ path: ["failoverChain", index], allowed: "each backend once", fix: "remove it" })),
  ({ keys }) =>
    keys
      .map(({ id }, index) => ({ index, first: keys.findIndex((key) => key.id === id) }))
      .filter(({ index, first }) => first !== index)
      .map(({ index }) => ({
        path: ["keys", index, "id"],
        allowed: "an id of its own",
        fix: "remove the repeated key",
      })),
];

function conflicts(config: Draft): Conflict[] {
  return rules.flatMap((rule) => rule(config));
}

function entries(backends: Draft["backends"]): [BackendName, BackendConfig][] {
  return Object.entries(backends) as [BackendName, BackendConfig][];
}
