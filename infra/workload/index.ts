/** What every workload of a cluster has in common: names, security, spread over zones, and typed custom resources. */
export { awaitedFor, awaiting } from "./awaiting.ts";
export {
  type Certificate,
  type CertificateSpec,
  certificate,
  type IssuerReference,
  type Leaf,
  leafSpec,
} from "./certificate.ts";
export type { CustomObject, ObjectName } from "./custom-object.ts";
export { disruptionBudget } from "./disruption-budget.ts";
export {
  type BackendReference,
  type HttpRoute,
  type HttpRouteSpec,
  httpRoute,
  type ParentReference,
} from "./http-route.ts";
export { type Labels, labelsOf, type Party, selectorOf } from "./labels.ts";
export { restrictedContainer, restrictedPod, unprivilegedUser } from "./security.ts";
export { topologySpread } from "./spread.ts";
