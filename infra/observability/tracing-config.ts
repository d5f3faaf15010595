/** Where spans go in the end. */
export type SpanStore = { readonly kind: "jaeger" } | { readonly kind: "otlp"; readonly endpoint: string };

export const tracingNames = { collector: "collector", jaeger: "jaeger" } as const;
export const tracingPorts = { otlpGrpc: 4317, otlpHttp: 4318, health: 13_133, ui: 16_686, metrics: 8888 } as const;

/** The collector's host, and its OTLP over gRPC: what Istio names, which is there before the collector is. */
export const collectorHost = (namespace: string): string => `${tracingNames.collector}.${namespace}.svc.cluster.local`;
export const otlpGrpcOf = (namespace: string) => ({ service: collectorHost(namespace), port: tracingPorts.otlpGrpc });

const receivers = {
  otlp: {
    protocols: {
      grpc: { endpoint: `0.0.0.0:${tracingPorts.otlpGrpc}` },
      http: { endpoint: `0.0.0.0:${tracingPorts.otlpHttp}` },
    },
  },
};
const readers = (port: number) => [{ pull: { exporter: { prometheus: { host: "0.0.0.0", port } } } }];

/**
 * The collector's configuration: spans are taken, held in memory within a bound, and sent on in batches. While the store is
 * away they wait in a queue, and are lost when it's full; nobody waits for them.
 */
export function collectorConfig(store: SpanStore, namespace: string): Record<string, unknown> {
  const exporters =
    store.kind === "jaeger"
      ? {
          otlp_grpc: {
            endpoint: `${tracingNames.jaeger}.${namespace}.svc.cluster.local:${tracingPorts.otlpGrpc}`,
            // Within the namespace; the mesh encrypts.
            tls: { insecure: true },
          },
        }
      : { otlp_http: { endpoint: store.endpoint, compression: "gzip" } };
  return {
    receivers,
    processors: {
      memory_limiter: { check_interval: "1s", limit_percentage: 80, spike_limit_percentage: 20 },
      batch: { send_batch_size: 1024, timeout: "2s" },
    },
    exporters,
    extensions: { health_check: { endpoint: `0.0.0.0:${tracingPorts.health}` } },
    service: {
      extensions: ["health_check"],
      pipelines: {
        traces: { receivers: ["otlp"], processors: ["memory_limiter", "batch"], exporters: Object.keys(exporters) },
      },
      telemetry: { metrics: { level: "normal", readers: readers(tracingPorts.metrics) } },
    },
  };
}

/** Jaeger 2's configuration: one process that takes spans, keeps them on its volume, and shows them. */
export const jaegerConfig = (retentionDays: number): Record<string, unknown> => ({
  receivers,
  processors: { batch: {} },
  exporters: { jaeger_storage_exporter: { trace_storage: "main" } },
  extensions: {
    healthcheckv2: { use_v2: true, http: { endpoint: `0.0.0.0:${tracingPorts.health}` } },
    jaeger_query: { storage: { traces: "main" }, http: { endpoint: `0.0.0.0:${tracingPorts.ui}` } },
    jaeger_storage: {
      backends: {
        main: {
          badger: {
            directories: { keys: "/var/lib/jaeger/keys", values: "/var/lib/jaeger/values" },
            ephemeral: false,
            ttl: { spans: `${retentionDays * 24}h` },
          },
        },
      },
    },
  },
  service: {
    extensions: ["jaeger_storage", "jaeger_query", "healthcheckv2"],
    pipelines: {
      traces: { receivers: ["otlp"], processors: ["batch"], exporters: ["jaeger_storage_exporter"] },
    },
    telemetry: {
      resource: { "service.name": "jaeger" },
      metrics: { level: "normal", readers: readers(tracingPorts.metrics) },
    },
  },
});
