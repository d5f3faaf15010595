import "./traces.ts";
import type * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "./config/index.ts";
import { StackFacts } from "./facts.ts";

/**
 * Registers everything that a stack consists of and returns its outputs. Only the code of its kind is loaded: the local
 * stack needs no SDK of a cloud.
 */
export async function compose(stack: StackConfig): Promise<pulumi.Inputs> {
  await new StackFacts(stack).registered();
  switch (stack.kind) {
    case "local":
      return (await import("./local/local.ts")).composeLocal(stack);
    case "cluster":
      return (await import("./cluster/cluster.ts")).composeCluster(stack);
    case "cloud":
      return (await import("./cloud/cloud.ts")).composeCloud(stack);
    case "airgap":
      return (await import("./airgap/airgap.ts")).composeAirgap(stack);
  }
}
