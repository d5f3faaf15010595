export { hashKey, type IssuedKey, issueKey, keyIdOf } from "./api-keys.ts";
export { keyVariables, loadRouterConfig, parseRouterConfig } from "./load.ts";
export { type Checked, ConfigurationError, check, formatPath, nearestName, type Problem } from "./problems.ts";
export { configHash, renderJson } from "./render.ts";
export {
  type BackendConfig,
  type BackendName,
  backendNames,
  cloudBackends,
  RouterConfig,
  type RouterConfigInput,
  SecretSource,
} from "./router-config.ts";
