import type * as pulumi from "@pulumi/pulumi";
import { type Flow, type NamespaceQuota, NetworkPolicies, namespaces } from "../infra/network-policy/index.ts";
import type { RegionScope } from "../infra/region/index.ts";
import { Sandbox } from "../infra/sandbox/index.ts";
import type { InCluster } from "./config/index.ts";
import { linesOf } from "./region-table.ts";

/** A region's sandbox, where the stack has one. Its namespaces are its own, and in no mesh: its pods talk to nobody. */
export function composeSandbox(
  stack: InCluster,
  region: {
    readonly scope: RegionScope;
    /** Who may talk to whom in the cluster. */
    readonly table: readonly Flow[];
    readonly ready: readonly pulumi.Resource[];
  },
): void {
  if (stack.sandbox === undefined) return;
  const { scope, table, ready } = region;
  const { adversaries, verifier, nodeSelector } = stack.sandbox;
  const sandbox = new Sandbox(
    `${scope.name}-sandbox`,
    scope,
    {
      adversaries: quotaOf(adversaries),
      verifier: quotaOf(verifier),
      ...(nodeSelector === undefined ? {} : { nodeSelector }),
    },
    { dependsOn: [...ready] },
  );
  const own = [namespaces.sandbox];
  new NetworkPolicies(
    `${scope.name}-sandbox-policies`,
    scope,
    { flows: linesOf(table, own), own },
    { dependsOn: [sandbox] },
  );
}

const quotaOf = ({ pods, cpus, memoryGiB }: NonNullable<InCluster["sandbox"]>["adversaries"]): NamespaceQuota => ({
  pods,
  cpu: String(cpus),
  memory: `${memoryGiB}Gi`,
});
