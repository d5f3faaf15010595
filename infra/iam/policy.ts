import { renderJson } from "../../runtime/config/index.ts";

/** Condition operator, then key, then allowed values. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** One statement of an IAM policy, as IAM spells it. */
export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: Readonly<Record<string, string | readonly string[]>> | "*";
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  readonly Condition?: Conditions;
}

/** Allows actions on named resources. What AWS lets nobody narrow down (`Describe`, `List`) is `allowReading`. */
export function allow(actions: readonly string[], resources: readonly string[], conditions?: Conditions): Statement {
  if (actions.length === 0 || resources.length === 0) throw new RangeError("a statement needs actions and resources");
  return {
    Effect: "Allow",
    Action: [...actions].sort(),
    Resource: resources,
    ...(conditions ? { Condition: conditions } : {}),
  };
}

const reading = /^[a-z0-9-]+:(?:Describe|Get|List)[A-Za-z]*$/;

/** Allows reading on every resource: AWS's describing calls take no resource to restrict them to. */
export function allowReading(actions: readonly string[], conditions?: Conditions): Statement {
  const other = actions.filter((action) => !reading.test(action));
  if (other.length > 0) throw new RangeError(`${other.join(", ")} is more than reading: name its resources`);
  return allow(actions, ["*"], conditions);
}

/** A policy document as JSON with sorted keys, so that an unchanged one is no change. */
export function policyDocument(statements: readonly Statement[]): string {
  return renderJson({ Version: "2012-10-17", Statement: statements });
}

/** Who may take a role on: one service of AWS. */
export function trusting(service: string): string {
  return policyDocument([{ Effect: "Allow", Principal: { Service: service }, Action: ["sts:AssumeRole"] }]);
}

/** Who may take a role on: pods, by EKS Pod Identity's associations. */
export const trustingPods: string = policyDocument([
  { Effect: "Allow", Principal: { Service: "pods.eks.amazonaws.com" }, Action: ["sts:AssumeRole", "sts:TagSession"] },
]);
