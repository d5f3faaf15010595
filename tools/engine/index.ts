export { findBuilt, pinnedVersion, whyNotBuildable } from "./build.ts";
export { type Engine, ensureEngine, findEngine } from "./engine.ts";
export { Failure } from "./failure.ts";
export { findOnPath, minimumVersion, which } from "./find.ts";
export { isAlive } from "./lock.ts";
export { cacheDirectory, projectDirectory } from "./places.ts";
export { ensurePlugins, type Plugins, type ProviderName, type ProviderPlugin } from "./plugins.ts";
export { type Progress, silent, terminalProgress } from "./progress.ts";
export { type Backend, findBackend, prepareWorkspace, type Workspace } from "./workspace.ts";
