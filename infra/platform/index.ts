/** What a bare cluster lacks, and what one in AWS lacks besides. */
export { issuerName } from "./cert-manager.ts";
export {
  LoadBalancerController,
  type LoadBalancerControllerArgs,
  loadBalancerClass,
} from "./load-balancer-controller.ts";
export { type GpuChoice, Platform, type PlatformArgs, type Present } from "./platform.ts";
export { ImageRepository, type ImageRepositoryArgs, registryHost, repositoryUrl } from "./repository.ts";
export { Storage, storageClassName } from "./storage.ts";
