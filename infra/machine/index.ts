/** Resources of this machine: supervised processes, files, API keys. Real ones, by the provider in tools/machine. */
export { readEnvironmentFile } from "../../runtime/supervisor/environment-file.ts";
export { type Bundle, bundledSources, bundleRuntime } from "./bundle.ts";
export { stateDirectory } from "./places.ts";
export {
  ApiKey,
  type ApiKeyArgs,
  File,
  type FileArgs,
  type ListenArgs,
  Service,
  type ServiceArgs,
} from "./resources.ts";
