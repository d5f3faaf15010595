import { isList, isValues, unknownValue, type Value } from "../../infra/cost/index.ts";
import { linkTo, type Policy } from "../pack/policy.ts";
import { shown } from "../pack/reading.ts";
import { documentOf, holdsPolicy } from "./iam.ts";

const name = "no-wildcard-iam";

const all = /^(?:\*|[a-z0-9-]+:\*)$/;
const many = (value: Value | undefined): readonly Value[] =>
  isList(value) ? value : value === undefined ? [] : [value];

function wrongIn(statement: Value): string[] {
  if (!isValues(statement)) return ["a statement is of another form"];
  if (statement.Effect !== "Allow") return statement.Effect === "Deny" ? [] : [`Effect is ${shown(statement.Effect)}`];
  const actions = many(statement.Action).filter((action) => typeof action !== "string" || all.test(action));
  const anybody =
    statement.Principal === "*" || (isValues(statement.Principal) && many(statement.Principal.AWS).includes("*"));
  return [
    ...actions.map((action) => `it allows the action ${shown(action)}`),
    ...(["NotAction", "NotResource", "NotPrincipal"] as const)
      .filter((key) => statement[key] !== undefined)
      .map((key) => `it allows by ${key}, which is all the rest`),
    ...(anybody && statement.Condition === undefined ? ["it allows everybody, without a condition"] : []),
  ];
}

/** Who may do everything of a service may undo what protects it. */
export const noWildcardIam: Policy = {
  name,
  level: "mandatory",
  reason: "Who may do everything of a service may undo what protects it.",
  link: linkTo(name),
  fix: "name the actions, and who may take them",
  check: {
    of: "resource",
    applies: holdsPolicy,
    violations(resource) {
      const found = documentOf(resource);
      // Not known in a preview: judged at the update, before it is made. See iam-known-later.
      if (found === unknownValue) return [];
      if (!isValues(found)) return [`its policy document is ${shown(found)}`];
      // A key's own policy names its account as the only resource there is.
      const own = resource.type === "aws:kms/key:Key";
      return many(found.Statement)
        .flatMap(wrongIn)
        .filter((problem) => !(own && problem.includes('"kms:*"')));
    },
  },
};
