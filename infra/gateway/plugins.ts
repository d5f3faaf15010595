import type { CustomObject, ObjectName } from "../workload/index.ts";

/** What Kong does to each request. */
export interface PluginSettings {
  readonly requestsPerMinutePerKey: number;
  /** OTLP over HTTP; no traces of Kong's own without one. */
  readonly otlpEndpoint?: string | undefined;
}

/** The header in which the gateway keeps the API key for as long as it counts; it's never sent on. */
export const keyHeader = "x-gateway-key";

/** Headers that answer for what only the platform knows: whoever sends them is not believed. */
const forged = [keyHeader, "x-consumer-id", "x-consumer-username", "x-credential-identifier"];

/**
 * The API key, from where OpenAI's clients or Anthropic's send it, in one header, because the limit counts by one. Counted
 * by the whole key, not by its public id: else whoever knows an id could use up its requests. The router alone checks it.
 */
export const oneKeyHeader = [
  'local given = kong.request.get_header("authorization")',
  'local key = given and string.match(given, "^[Bb][Ee][Aa][Rr][Ee][Rr] +(%S+) *$")',
  '  or kong.request.get_header("x-api-key")',
  `kong.service.request.clear_header("${keyHeader}")`,
  `if key then kong.service.request.set_header("${keyHeader}", key) end`,
].join("\n");

/** A plugin's name in Kong, the resource's, and its configuration. */
export interface Plugin {
  readonly name: string;
  readonly plugin: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * The plugins of the router's route, in the order of their priorities: the key's header is made, counted by, and taken
 * away.
 */
export function routePlugins({ requestsPerMinutePerKey }: PluginSettings): Plugin[] {
  return [
    { name: "router-key", plugin: "pre-function", config: { access: [oneKeyHeader] } },
    {
      name: "router-request-id",
      plugin: "correlation-id",
      config: { header_name: "x-request-id", generator: "uuid", echo_downstream: false },
    },
    {
      name: "router-rate-limit",
      plugin: "rate-limiting",
      config: {
        minute: requestsPerMinutePerKey,
        limit_by: "header",
        header_name: keyHeader,
        // Each pod of Kong counts for itself: a bound for floods. The exact limits are the router's.
        policy: "local",
        fault_tolerant: true,
        error_code: 429,
        error_message: "Too many requests for this API key; see Retry-After.",
      },
    },
    {
      name: "router-transform",
      plugin: "request-transformer",
      config: { remove: { headers: forged }, add: { headers: ["x-forwarded-by:gateway"] } },
    },
  ];
}

/** The plugins of every route. */
export function globalPlugins({ otlpEndpoint }: PluginSettings): Plugin[] {
  return [
    {
      name: "prometheus",
      plugin: "prometheus",
      config: {
        status_code_metrics: true,
        latency_metrics: true,
        bandwidth_metrics: true,
        upstream_health_metrics: true,
      },
    },
    ...(otlpEndpoint === undefined
      ? []
      : [
          {
            name: "opentelemetry",
            plugin: "opentelemetry",
            config: {
              traces_endpoint: `${otlpEndpoint.replace(/\/$/, "")}/v1/traces`,
              resource_attributes: { "service.name": "gateway" },
              propagation: { extract: ["w3c"], inject: ["w3c"], default_format: "w3c" },
            },
          },
        ]),
  ];
}

interface KongObject<Kind extends string>
  extends Omit<CustomObject<"configuration.konghq.com/v1", Kind, never>, "spec"> {
  readonly plugin: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** https://developer.konghq.com/kubernetes-ingress-controller/reference/custom-resources/#kongplugin */
export const kongPlugin = (metadata: ObjectName, { plugin, config }: Plugin): KongObject<"KongPlugin"> => ({
  apiVersion: "configuration.konghq.com/v1",
  kind: "KongPlugin",
  metadata,
  plugin,
  config,
});

/** The same for every route. */
export const kongClusterPlugin = (
  metadata: Omit<ObjectName, "namespace">,
  { plugin, config }: Plugin,
): Omit<KongObject<"KongClusterPlugin">, "metadata"> & { metadata: Omit<ObjectName, "namespace"> } => ({
  apiVersion: "configuration.konghq.com/v1",
  kind: "KongClusterPlugin",
  metadata,
  plugin,
  config,
});
