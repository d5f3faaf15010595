import { z } from "zod";
import { adapterVersion, secondsBuckets } from "../../infra/facts.ts";
import { gibibytes, imageDigest, name, registryMirror } from "./common.ts";

/** The private authority: root, one intermediate per region, leaves. */
export const Pki = z.strictObject({
  organization: z.string().min(1).max(64).default("hybrid-llm"),
  generation: z
    .int()
    .min(1)
    .default(1)
    .meta({ description: "Raise it to rotate: new keys everywhere, old and new root trusted until the next change." }),
  keepPrevious: z
    .boolean()
    .default(true)
    .meta({ description: "Keeps the previous generation's root in the trust bundle; false ends the overlap." }),
  rootValidityYears: z.int().min(1).max(30).default(10),
  intermediateValidityYears: z.int().min(1).max(10).default(3),
  leafValidityDays: z.int().min(1).max(825).default(90),
});
export type Pki = z.infer<typeof Pki>;

/** How pods get at accelerators, on the nodes of GPU pools. */
export const Gpu = z.strictObject({
  operator: z.enum(["device-plugin", "gpu-operator"]).default("device-plugin").meta({
    description:
      "NVIDIA's device plugin alone, or its GPU operator with a plugin of its own; the nodes' image has the driver either way.",
  }),
});

/** What the stack may cost; the plan is refused above it. */
export const Budget = z.strictObject({
  monthlyInfrastructureUsd: z.number().min(0),
  dailyLlmUsd: z.number().min(0).max(1_000_000).default(50).meta({
    description:
      "What models may cost a day. In clusters it is shared out evenly among the regions, and each region's routers refuse what is over their share.",
  }),
  warnAtPercent: z.int().min(1).max(100).default(80),
});

/** What a service promises over 30 days; alerts follow from it. */
const Slo = z.strictObject({
  availabilityPercent: z.number().min(90).max(99.99).default(99.5).meta({
    description: "Requests that aren't answered with a 5xx.",
  }),
  firstChunkSeconds: z
    .literal(secondsBuckets)
    .default(5.12)
    .meta({ description: "Until a model begins to answer; one of the bounds that the router counts by." }),
  firstChunkPercent: z.number().min(50).max(99.9).default(95),
});

export const Observability = z.strictObject({
  traces: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("none") }),
      z.strictObject({ kind: z.literal("jaeger") }),
      z.strictObject({ kind: z.literal("otlp"), endpoint: z.url({ protocol: /^https$/ }) }),
    ])
    .default({ kind: "jaeger" }),
  metrics: z.boolean().default(true).meta({ description: "Prometheus, alerts and dashboards." }),
  adapterDigest: imageDigest.optional().meta({
    description: `Of prometheus-adapter/prometheus-adapter ${adapterVersion}, which no public source pins: it tells autoscalers of the requests under way. Zeros stand for it in a preview; \`up\` refuses them.`,
  }),
  retentionDays: z.int().min(1).max(365).default(15),
  storageGiB: gibibytes.default(20),
  slo: Slo.prefault({}),
});
export type Observability = z.infer<typeof Observability>;

export const Chaos = z.strictObject({
  enabled: z.boolean().default(false),
  podKillEvery: z
    .string()
    .regex(/^@every \d+[smh]$|^(?:\S+ ){4}\S+$/, "a schedule such as @every 1m")
    .default("@every 1m"),
  namespaces: z.array(name).default([]).meta({
    description: "Nothing outside of these is ever touched; router and data where it's empty, but for production.",
  }),
  provider: z.enum(["openai", "claude", "gemini"]).default("openai").meta({
    description: "The provider that the network drills delay and cut off.",
  }),
});
export type Chaos = z.infer<typeof Chaos>;

/** What an air-gapped stack has in place of the internet. */
export const Airgap = z.strictObject({
  registryMirror,
  modelStore: z.url({ protocol: /^https$/ }).meta({ description: "Where mirrored model files are pulled from." }),
  modelStoreNetwork: z.cidrv4().meta({ description: "Where it is: nothing else outside is let through to." }),
});
