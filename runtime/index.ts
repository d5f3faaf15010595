export { ConfigurationError, loadRouterConfig, parseRouterConfig, RouterConfig } from "./config/index.ts";
export * from "./router/index.ts";
