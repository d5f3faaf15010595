export type { AirgapStack, CloudStack, ClusterStack, LocalStack } from "./kinds.ts";
export { configKey, parseStackConfig } from "./load.ts";
export { overlap } from "./overlap.ts";
export { configurationReference } from "./reference.ts";
export type { AwsRegion, ExistingCluster } from "./region.ts";
export type { InCluster } from "./rule.ts";
export { rules } from "./rules.ts";
export { stackJsonSchema } from "./schema.ts";
export { StackConfig } from "./stack-config.ts";
