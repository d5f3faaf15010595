import type { CheckFailure, PropertyMap } from "../../provider/index.ts";

/*
 * The private key of a certificate comes as `<name>`, or as `<name>Wo` with `<name>WoVersion`: the second is never an
 * output, and only its version says that it changed.
 */

/** Exactly one of the two, and the version with the second. Unknown values count as given. */
export function checkKeyArgument(inputs: PropertyMap, name: string): CheckFailure[] {
  const given = (key: string): boolean => inputs[key] !== undefined;
  const failures: CheckFailure[] = [];
  if (given(name) === given(`${name}Wo`)) {
    failures.push({ property: name, reason: `exactly one of ${name} and ${name}Wo must be given` });
  }
  if (given(`${name}Wo`) && !given(`${name}WoVersion`)) {
    failures.push({
      property: `${name}WoVersion`,
      reason: `must be given with ${name}Wo: raise it when the key changes`,
    });
  }
  return failures;
}

/** The inputs that may be outputs. */
export function withoutWriteOnly<Inputs extends object>(inputs: Inputs, name: string): Inputs {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== `${name}Wo`)) as Inputs;
}
