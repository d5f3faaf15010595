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

export type NamespaceName = (typeof namespaces)[keyof typeof namespaces];
