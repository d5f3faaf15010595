import { homedir } from "node:os";
import { join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** How the program speaks with a cluster. */
export interface ClusterProviderArgs {
  /** Never changes, whatever becomes of the kubeconfig: by it alone a provider is known to be of another cluster. */
  readonly clusterIdentifier: string;
  /** The text of a kubeconfig, or the path of one. */
  readonly kubeconfig: pulumi.Input<string>;
  readonly context?: string | undefined;
}

/**
 * The provider of one cluster. Without `clusterIdentifier`, a new certificate or address in the kubeconfig would replace
 * the provider and everything that it has made.
 */
export function clusterProvider(
  name: string,
  { clusterIdentifier, kubeconfig, context }: ClusterProviderArgs,
  opts?: pulumi.ResourceOptions,
): kubernetes.Provider {
  return new kubernetes.Provider(
    name,
    {
      clusterIdentifier,
      kubeconfig,
      enableServerSideApply: true,
      ...(context === undefined ? {} : { context }),
    },
    opts,
  );
}

/** A path as a person writes it: `~` is their home. */
export function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}
