import { unknownValue } from "../../infra/cost/index.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { documentOf, holdsPolicy } from "./iam.ts";

const name = "iam-known-later";

/** A policy document made of outputs is only known at the update, where it is judged before it is made. */
export const iamKnownLater: Policy = {
  name,
  level: "advisory",
  reason: "A policy document made of outputs is only known at the update, where it is judged before it is made.",
  link: linkTo(name),
  fix: "derive the names in it, so that a preview can judge it",
  check: {
    of: "resource",
    applies: holdsPolicy,
    violations: (resource) =>
      documentOf(resource) === unknownValue ? ["its policy document isn't known before the deployment"] : [],
  },
};
