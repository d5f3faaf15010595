import { z } from "zod";
import { kongVersion } from "../../infra/facts.ts";
import { trafficCharts } from "../../infra/versions.ts";
import { hostname, imageDigest } from "./common.ts";

/** What stands before the router. */
export const Gateway = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({
    kind: z.literal("kong"),
    hostname,
    replicas: z.int().min(1).max(50).default(2),
    requestsPerMinutePerKey: z.int().min(1).default(600).meta({
      description: "Counted by each replica for itself, as a bound for floods; the exact limits are the router's.",
    }),
    exposure: z.enum(["cluster", "internal", "internet"]).optional().meta({
      description:
        "Who reaches it: pods, the region's network, or the internet. In AWS internal by default, elsewhere cluster.",
    }),
    controllerDigest: imageDigest.meta({
      description: `Of the image kong/kubernetes-ingress-controller ${kongVersion}, which no public source pins. Zeros stand for it in a preview; \`up\` refuses them.`,
    }),
  }),
  z.strictObject({
    kind: z.literal("aws-api-gateway"),
    hostname,
    requestsPerSecond: z
      .int()
      .min(1)
      .max(10_000)
      .default(50)
      .meta({ description: "Of all clients in a region: HTTP APIs can't count by key; the router does." }),
    certificateArns: z
      .record(
        z.string(),
        z.string().regex(/^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/, "a certificate's ARN"),
      )
      .meta({ description: "By region: a certificate of ACM for the hostname." }),
  }),
]);
export type Gateway = z.infer<typeof Gateway>;

/** Who proves to whom who it is, within a cluster. Linkerd is no choice: its stable releases are sold, not published. */
export const Mesh = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({
    kind: z.literal("istio"),
    waypoints: z.boolean().default(false).meta({
      description: "Proxies for HTTP before the router, which weigh its versions within the cluster.",
    }),
    proxyDigest: imageDigest
      .optional()
      .meta({ description: `Of istio/proxyv2 ${trafficCharts.istiod.version}, which waypoints run.` }),
  }),
]);
export type Mesh = z.infer<typeof Mesh>;

const cloudflareId = z.string().regex(/^[0-9a-f]{32}$/, "32 hexadecimal digits");
const hostedZoneId = z.string().regex(/^Z[A-Z0-9]{5,32}$/, "a hosted zone's id, such as Z0123456789ABC");

/** What brings a client to the nearest healthy region. */
export const Edge = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({
    kind: z.literal("cloudflare"),
    accountId: cloudflareId,
    zone: hostname,
    zoneId: cloudflareId.meta({ description: "Of the zone, as its overview shows it." }),
    hostname,
    steering: z.enum(["proximity", "geo"]).default("proximity").meta({
      description: "proximity: the nearest healthy region; geo: the continent's own first, whatever is nearer.",
    }),
    worker: z
      .strictObject({
        enabled: z.boolean().default(true),
        cacheSeconds: z.int().min(0).max(3_600).default(300).meta({
          description:
            "How long it keeps an answer at most, where the router's `cache.edgeTtlMs` lets it; seconds; 0: it keeps none.",
        }),
        confirmSeconds: z.int().min(1).max(3_600).default(60).meta({
          description:
            "How lately a region must have admitted a key for it to be given what is kept: so long may a revoked key, or a tenant whose answers were forgotten, still be; seconds.",
        }),
      })
      .prefault({})
      .meta({ description: "What runs at Cloudflare: refuses what is no key, and gives frequent answers again." }),
  }),
  z.strictObject({ kind: z.literal("global-accelerator"), hostname, zoneId: hostedZoneId.optional() }),
  z.strictObject({ kind: z.literal("route53"), zone: hostname, zoneId: hostedZoneId, hostname }),
]);
export type Edge = z.infer<typeof Edge>;
