/** PostgreSQL behind PgBouncer, Redis and Chroma: in the cluster, or AWS's. */
export { Data, type DataArgs, type DataSettings } from "./data.ts";
export { operatorNamespace, podIdentityAgent, type StoreNetworks, storeFlows, storeParties } from "./flows.ts";
export type { ManagedNetwork } from "./managed-store.ts";
export {
  database,
  type Endpoint,
  endpointsOf,
  hostOf,
  ports,
  type StoreChoice,
  type StoreEndpoints,
  storeSecrets,
  stores,
} from "./places.ts";
export { reloader, reloadScript } from "./reloader.ts";
export { fieldOf, passwordFields, routerEnvironment } from "./router-environment.ts";
export { serverCertificate } from "./server-certificate.ts";
