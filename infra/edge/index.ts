/** What brings a client to the nearest healthy region. */
export { AcceleratorEdge, type AcceleratorEdgeArgs } from "./accelerator.ts";
export { CloudflareEdge, type CloudflareEdgeArgs, type EdgeWorker, edgeCompatibilityDate } from "./cloudflare.ts";
export { coordinates, type EdgeNames, type Origin } from "./origin.ts";
export { LatencyEdge, type LatencyEdgeArgs } from "./route53.ts";
