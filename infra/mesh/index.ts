/** Who proves to whom who it is, within a cluster: Istio's ambient mode. */
export { type Authorization, authorizationsOf, openPortsOf, type ServiceAccounts } from "./authorization.ts";
export { Istio, type IstioArgs, meshReference } from "./istio.ts";
export { waypointFlows, waypointName } from "./waypoint.ts";
