import type { Child } from "../child.ts";
import type { Target } from "../load/index.ts";

/** Something that answers questions: the fake provider itself, or what stands before it. */
export interface System {
  readonly name: string;
  /** Whose CPU time and memory are measured, with those of its children. */
  readonly child: Child;
  readonly target: Target;
}

/** What every system is started with. */
export interface Place {
  /** Configuration and logs of this run. */
  readonly folder: string;
  /** The fake provider. */
  readonly upstreamPort: number;
  /** The fake collector of traces. */
  readonly collectorPort: number;
}

/** What the fake provider calls its model. */
export const fakeModel = "fake-model";
/** In place of a provider's key: the fake provider wants none, the systems do. */
export const fakeKey = "fake-key-of-the-benchmark";
export const fakeBearer = { authorization: `Bearer ${fakeKey}` };
