/** What the configuration's schema tells of the components, without loading their SDKs. */

/** The release of Kong's ingress controller that infra/gateway was written for. */
export const kongVersion = "3.5.10";

/** The release of KEDA that infra/keda was written for: the chart, and its images' tag. */
export const kedaVersion = "2.18.1";

/** The release of prometheus-adapter that infra/observability was written for. */
export const adapterVersion = "v0.12.0";

/** Upper bounds of the router's histograms of seconds; `buckets.seconds` in runtime/router/telemetry. */
export const secondsBuckets = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
