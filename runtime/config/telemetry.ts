import { z } from "zod";

const httpUrl = z.url({ protocol: /^https?$/, error: "a URL that starts with http:// or https://" });

export const TelemetryConfig = z
  .strictObject({
    otlpEndpoint: httpUrl.optional().meta({
      description: "OTLP over HTTP, without /v1/traces. OTEL_EXPORTER_OTLP_ENDPOINT. Without one nothing is traced.",
    }),
    sampleRatio: z.number().min(0).max(1).default(1).meta({
      description: "The share of traces that begin here and are recorded; a caller's own decision comes first.",
    }),
    recordContent: z.boolean().default(false).meta({
      description: "Puts prompts and answers on spans. Personal data: only where it may be stored.",
    }),
    metrics: z.boolean().default(true).meta({ description: "Prometheus text on GET /metrics." }),
  })
  .prefault({})
  .meta({ description: "Traces and metrics. A collector that fails never slows a request." });
export type TelemetryConfig = z.infer<typeof TelemetryConfig>;
