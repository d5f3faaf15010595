import { plainOf, unknownValue, type Value } from "../../infra/cost/index.ts";
import type { PlanResource } from "../pack/plan.ts";

/** The property with the policy document, by type. */
const documents: Readonly<Record<string, string>> = {
  "aws:iam/policy:Policy": "policy",
  "aws:iam/rolePolicy:RolePolicy": "policy",
  "aws:iam/role:Role": "assumeRolePolicy",
  "aws:s3/bucketPolicy:BucketPolicy": "policy",
  "aws:sqs/queuePolicy:QueuePolicy": "policy",
  "aws:kms/key:Key": "policy",
};

export const holdsPolicy = (type: string): boolean => type in documents;

/** A resource's policy document; unknownValue while it isn't known, a text where it can't be read. */
export function documentOf({ type, properties }: PlanResource): Value | undefined {
  const found = properties[documents[type] ?? ""];
  // A key without a policy of its own has that of its account.
  if (found === undefined && type === "aws:kms/key:Key") return { Statement: [] };
  if (typeof found !== "string") return found;
  try {
    const parsed = plainOf(JSON.parse(found));
    return parsed === unknownValue ? "unreadable" : parsed;
  } catch {
    return "unreadable";
  }
}
