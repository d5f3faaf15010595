/** Faults on purpose, within named namespaces, each with the promise that must hold. */
export { ChaosMesh, type ChaosMeshArgs } from "./chaos-mesh.ts";
export { type Drill, type DrillSettings, drills, filterAnnotation, providerHosts } from "./drills.ts";
