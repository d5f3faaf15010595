import type { Values } from "./value.ts";

/** A registration as the cost model sees it, whoever recorded it: the engine, mocks, a saved plan. */
export interface CostResource {
  /** `aws:eks/cluster:Cluster` */
  readonly type: string;
  /** The logical name; with the type it says which resource. */
  readonly name: string;
  /** An AWS region; absent where none can be told. `own` for hardware that isn't rented. */
  readonly region?: string;
  /** Which part of the platform wants it: the folder of the component that it belongs to. */
  readonly capability: string;
  /** The component that it is a part of, as manifests name it. */
  readonly component?: string;
  readonly properties: Values;
}

/** Where nothing is rented: a machine or cluster of one's own. */
export const ownHardware = "own";
