import type { Plan, PlanResource } from "./plan.ts";

/** What a policy found. */
export interface Violation {
  /** What was given and what is allowed; the policy's fix is told after it. */
  readonly message: string;
  /** The resource that it is about; the stack without one. */
  readonly urn?: string;
}

/** One thing that may not be deployed. */
export interface Policy {
  /** As it is told and configured: words with hyphens. */
  readonly name: string;
  /** `mandatory` refuses the deployment, `advisory` only says so. */
  readonly level: "mandatory" | "advisory";
  /** Why there is such a rule, in a sentence. */
  readonly reason: string;
  /** Where more is said. */
  readonly link: string;
  /** What to do about a violation. */
  readonly fix: string;
  /** JSON schema of what can be configured for it, by `--policy-pack-config`. */
  readonly config?: Readonly<
    Record<string, { readonly type: "number" | "string" | "boolean"; readonly description: string }>
  >;
  readonly check: ResourceCheck | PlanCheck;
}

/**
 * Looks at one resource before it is made. Its properties are plain data in which an unknown is `unknownValue`: a check
 * must treat unknown and missing as violations, not as absence.
 */
export interface ResourceCheck {
  readonly of: "resource";
  /** Types that it judges; `(type) => true` for all. */
  readonly applies: (type: string) => boolean;
  violations(resource: PlanResource, plan: Plan): readonly string[];
}

/** Looks at all resources together, at the end of a preview or an update. */
export interface PlanCheck {
  readonly of: "plan";
  violations(plan: Plan): readonly Violation[];
}

/** The documentation of a policy, by its name. */
export const linkTo = (name: string): string => `docs/policies.md#${name}`;

/** The whole text of a violation. */
export const told = ({ fix, link }: Policy, message: string): string => `${message}. To do: ${fix} (${link})`;
