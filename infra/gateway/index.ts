/** What stands before the router: Kong, or AWS's API Gateway, and the load balancer by which clients reach either. */
export { ApiGateway, type ApiGatewayArgs } from "./api-gateway.ts";
export { gatewayFlows } from "./flows.ts";
export { gatewayReference, KongGateway, type KongGatewayArgs, routerServiceAnnotations } from "./kong.ts";
export { kongTarget } from "./kong-chart.ts";
export { EntryLoadBalancer, type EntryLoadBalancerArgs } from "./load-balancer.ts";
export { keyHeader, type PluginSettings } from "./plugins.ts";
