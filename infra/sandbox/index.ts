/** Where code runs that nobody trusts. */
export { type PodRule, podPolicy, podPolicyBinding } from "./admission.ts";
export { Sandbox, type SandboxArgs } from "./sandbox.ts";
