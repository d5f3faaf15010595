import type { CheckContext, CheckFailure, CheckResult, PropertyMap, ResourceType } from "../../provider/index.ts";
import { own } from "../../provider/values.ts";
import { type Naming, withName } from "./naming.ts";
import type { TypeDescription } from "./sdk.ts";

/** A type that does the work, with what its SDK package says added: arguments that exist, a name, outputs. */
export function withDescription(type: ResourceType, description: TypeDescription, token: string): ResourceType {
  const naming = namingOf(description);
  return {
    ...type,
    async check(inputs: PropertyMap, context: CheckContext): Promise<CheckResult> {
      const failures = faultsOf(description, inputs, token);
      if (failures.length > 0) return { failures };
      const named = withName(naming, inputs, context);
      return { inputs: named, ...(await type.check?.(named, context)) };
    },
  };
}

/** Where `name` may be left out, the official provider makes one. */
export function namingOf({ inputs, required }: TypeDescription): Naming | undefined {
  return inputs.includes("name") && !required.includes("name")
    ? { property: "name", instead: "namePrefix" }
    : undefined;
}

/** What a program in TypeScript can't get wrong unless it looks away; the values are the cloud's to judge. */
export function faultsOf(type: TypeDescription, inputs: PropertyMap, token: string): CheckFailure[] {
  const given = Object.keys(inputs).filter((name) => own(inputs, name) !== null);
  const surplus = given
    .filter((name) => !type.inputs.includes(name))
    .map((property) => ({ property, reason: `${token} has no such argument; it has ${type.inputs.join(", ")}` }));
  const missing = type.required
    .filter((name) => !given.includes(name))
    .map((property) => ({ property, reason: `${token} needs it` }));
  return [...surplus, ...missing];
}
