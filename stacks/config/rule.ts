import type { AirgapStack, CloudStack, ClusterStack, LocalStack } from "./kinds.ts";

export type Stack = LocalStack | ClusterStack | CloudStack | AirgapStack;
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
