/** Pods of a namespace: those of one workload, by `app.kubernetes.io/name`, or all. */
export interface Pods {
  readonly namespace: string;
  readonly name?: string;
}

/** A network outside of the cluster. */
export interface OutsideNetwork {
  readonly cidr: string;
}

export const internet = "internet";

/** Who is talked to: pods, a network of our own, or anybody in the world. */
export type Peer = Pods | OutsideNetwork | typeof internet;

/** One line of the table: who may begin to talk to whom. */
export interface Flow {
  readonly from: Pods | OutsideNetwork;
  readonly to: Peer;
  /** TCP. */
  readonly ports: readonly number[];
  /** What would not work without it. */
  readonly because: string;
}

export const isPods = (peer: Peer): peer is Pods => typeof peer === "object" && "namespace" in peer;
