/** Clusters: one that is made in AWS, and the provider for one that is there already. */
export { type AddonSpec, addons } from "./addons.ts";
export { Cluster, type ClusterArgs } from "./cluster.ts";
export { type KubeconfigArgs, kubeconfig } from "./kubeconfig.ts";
export { amiTypeOf, isArm, nodePolicies, SystemNodes, type SystemNodesArgs } from "./nodes.ts";
export { type ClusterProviderArgs, clusterProvider, expandHome } from "./provider.ts";
