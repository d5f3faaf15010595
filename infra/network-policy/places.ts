/** The namespaces of a region's cluster. Components are put there, and the table of flows knows them by these names. */
export const namespaces = {
  router: "router",
  models: "models",
  data: "data",
  vault: "vault",
  gateway: "gateway",
  observability: "observability",
  autoscaling: "keda",
  sandbox: "sandbox",
  adversaries: "adversaries",
  verifier: "verifier",
} as const;

/** Where API servers are asked: by the Service that stands before them, and at their own port. */
export const apiServerPorts: readonly number[] = [443, 6443];

export type NamespaceName = (typeof namespaces)[keyof typeof namespaces];
