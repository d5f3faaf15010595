import { readFile } from "node:fs/promises";
import * as cloudflare from "@pulumi/cloudflare";
import type * as pulumi from "@pulumi/pulumi";
import { AcceleratorEdge, CloudflareEdge, type EdgeWorker, LatencyEdge, type Origin } from "../../infra/edge/index.ts";
import { bundleRuntime } from "../../infra/machine/index.ts";
import type { CloudStack } from "../config/index.ts";
import type { Shared } from "../regions.ts";
import { awsProvider } from "./provider.ts";

/** The worker that Cloudflare runs; undefined where the stack has none. */
export async function edgeWorkerOf({ edge }: CloudStack): Promise<EdgeWorker | undefined> {
  if (edge.kind !== "cloudflare" || !edge.worker.enabled) return undefined;
  const { cacheSeconds, confirmSeconds } = edge.worker;
  const { path } = await bundleRuntime("edge/main.ts");
  return { content: await readFile(path, "utf8"), cacheSeconds, confirmSeconds };
}

/**
 * What stands before all regions.
 *
 * @param worker of Cloudflare's edge; without one requests go straight to the nearest region
 * @returns where clients ask
 */
export function composeEdge(
  { edge, accountId }: CloudStack,
  origins: readonly Origin[],
  shared: Shared,
  worker: EdgeWorker | undefined,
): pulumi.Input<string> | undefined {
  const { stack, pki } = shared;
  const inAws = (region: string) => ({
    providers: { aws: awsProvider("edge-aws", region, accountId, { "hybrid-llm:stack": stack }) },
  });
  switch (edge.kind) {
    case "none":
      return undefined;
    case "cloudflare": {
      const { zoneId, hostname, steering } = edge;
      return new CloudflareEdge(
        "edge",
        {
          stack,
          accountId: edge.accountId,
          zoneId,
          hostname,
          steering,
          origins,
          rootCertificatesPem: pki.rootCertificatesPem,
          worker,
        },
        // Its token is that of whoever runs `up` (CLOUDFLARE_API_TOKEN).
        { providers: { cloudflare: new cloudflare.Provider("edge-cloudflare") } },
      ).url;
    }
    case "global-accelerator": {
      const { hostname, zoneId } = edge;
      // The API of accelerators is there, wherever they lead.
      new AcceleratorEdge("edge", { stack, hostname, origins, hostedZoneId: zoneId }, inAws("us-west-2"));
      return `https://${hostname}`;
    }
    case "route53": {
      const { hostname, zoneId } = edge;
      return new LatencyEdge("edge", { stack, hostname, origins, hostedZoneId: zoneId }, inAws("us-east-1")).url;
    }
  }
}
