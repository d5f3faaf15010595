import { describe, test } from "vitest";
import type { Part } from "../../tools/parts/index.ts";

/**
 * Tests that need a real part: skipped where this machine has none, with what gets it as the reason, and a failure where CI
 * has none.
 *
 * @param getsIt the command that gets the part
 */
export function describeWith(
  part: Pick<Part, "name" | "find">,
  name: string,
  tests: (directory: string) => void,
  getsIt = "npm test",
): void {
  const directory = part.find();
  if (directory !== undefined) describe(name, () => tests(directory));
  else if (process.env.CI === "true") {
    test(name, () => {
      throw new Error(`${part.name} is missing: ${getsIt} gets it`);
    });
  } else test.skip(`${name}: ${part.name} is missing, ${getsIt} gets it`, () => {});
}
