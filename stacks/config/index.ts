export { configKey, parseStackConfig } from "./load.ts";
export { configurationReference } from "./reference.ts";
export { overlap, rules } from "./rules.ts";
export { stackJsonSchema } from "./schema.ts";
export { type AirgapStack, type CloudStack, type ClusterStack, type LocalStack, StackConfig } from "./stack-config.ts";
