/** The core of a Pulumi resource provider in TypeScript. A provider is a table of resource types; see {@link Provider}. */
export { type Diff, type DiffRules, type PropertyChange, type ReplaceRule, structuralDiff } from "./diff.ts";
export { PartialFailure, PropertyErrors, UserError } from "./errors.ts";
export type { InputSchema } from "./schema.ts";
export { type RunningServer, serve, startServer } from "./serve.ts";
export type * from "./types.ts";
export {
  containsSecret,
  containsUnknown,
  isMap,
  Opaque,
  type Plain,
  type PropertyMap,
  type PropertyValue,
  reveal,
  Secret,
  secret,
  Unknown,
  unknown,
} from "./values.ts";
