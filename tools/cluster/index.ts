/** A real Kubernetes control plane on this machine; see {@link startControlPlane}. */
export { controlPlane } from "./build.ts";
export {
  type CrdSource,
  crdSources,
  customResourceDefinitions,
  type Definition,
  definitionsIn,
  otherVersions,
} from "./crds/index.ts";
export { type ControlPlane, startControlPlane } from "./start.ts";
