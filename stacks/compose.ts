import type * as pulumi from "@pulumi/pulumi";
import { Pki } from "../infra/pki/index.ts";
import type { StackConfig } from "./config/index.ts";
import { composeLocal } from "./local/local.ts";

/** Registers everything that a stack consists of and returns its outputs. */
export async function compose(stack: StackConfig): Promise<pulumi.Inputs> {
  return stack.kind === "local" ? composeLocal(stack) : composeRegions(stack);
}

/** The stacks of clusters: the authority and an intermediate for each region. */
function composeRegions(stack: Exclude<StackConfig, { kind: "local" }>): pulumi.Inputs {
  const pki = new Pki("pki", { ...stack.pki, regions: regionNames(stack) });
  return { trustBundlePem: pki.trustBundlePem };
}

function regionNames(stack: Exclude<StackConfig, { kind: "local" }>): string[] {
  switch (stack.kind) {
    case "cluster":
      return [stack.cluster.name];
    case "cloud":
      return stack.regions.map(({ name }) => name);
    case "airgap":
      return stack.clusters.map(({ name }) => name);
  }
}
