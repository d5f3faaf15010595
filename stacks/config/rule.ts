import type { AirgapStack, CloudStack, ClusterStack, LocalStack } from "./kinds.ts";
import type { AwsRegion } from "./region.ts";

export type Stack = LocalStack | ClusterStack | CloudStack | AirgapStack;
export type InCluster = Exclude<Stack, LocalStack>;
export type Path = (string | number)[];

/** What a rule found: where, what is allowed, what to do. */
export interface Conflict {
  readonly path: Path;
  readonly allowed: string;
  readonly fix: string;
}

/** One thing that can't stand together with another. */
export interface Rule {
  readonly name: string;
  readonly check: (stack: Stack) => Conflict[];
}

/** A rule of every stack but the local one. */
export const inCluster =
  (check: (stack: InCluster) => Conflict[]): Rule["check"] =>
  (stack) =>
    stack.kind === "local" ? [] : check(stack);

/** What a check finds in each region of a stack in AWS. */
export function inRegions(stack: Stack, check: (region: AwsRegion) => Conflict[]): Conflict[] {
  if (stack.kind !== "cloud") return [];
  return stack.regions.flatMap((region, index) =>
    check(region).map((conflict) => ({ ...conflict, path: ["regions", index, ...conflict.path] })),
  );
}

/** One cluster of a stack, and where the configuration says it. */
export interface ClusterPlace {
  readonly path: Path;
  readonly name: string;
  readonly gpuPools: readonly { readonly name: string; readonly maxGpus: number }[];
}

/** A stack's clusters, whoever makes them. */
export function placesOf(stack: InCluster): ClusterPlace[] {
  switch (stack.kind) {
    case "cluster":
      return [{ path: ["cluster"], ...stack.cluster }];
    case "cloud":
      return stack.regions.map((region, index) => ({ path: ["regions", index], ...region }));
    case "airgap":
      return stack.clusters.map((cluster, index) => ({ path: ["clusters", index], ...cluster }));
  }
}
