/** Policies as typed documents, and roles that pods take on. */

export { PodRole, type PodRoleArgs } from "./pod-role.ts";
export {
  allow,
  allowReading,
  type Conditions,
  policyDocument,
  type Statement,
  trusting,
  trustingPods,
} from "./policy.ts";
