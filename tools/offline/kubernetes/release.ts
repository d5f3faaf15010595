import { type PropertyMap, type ResourceType, UserError, unknown } from "../../provider/index.ts";
import { own } from "../../provider/values.ts";
import { digits, refusal } from "../plan/index.ts";

/** A Helm chart that a plan names and doesn't open: no repository is asked. */
export function release(version: string): ResourceType {
  const refuse = async (what: string): Promise<never> => {
    throw new UserError(refusal("kubernetes", version, `${what} a Helm release`));
  };
  return {
    check(inputs, { olds, name, randomSeed }) {
      const chart = own(inputs, "chart");
      if (chart === undefined || chart === null) {
        return {
          failures: [{ property: "chart", reason: "a release needs the name, the path or the address of a chart" }],
        };
      }
      const named = own(inputs, "name") ?? own(olds, "name") ?? `${name}-${digits(randomSeed, 8)}`;
      return { inputs: { namespace: "default", ...inputs, name: named } };
    },
    replaceOn: ["name", "namespace"],
    planned: (inputs: PropertyMap, { state }) => ({
      status: (state && own(state, "status")) ?? unknown,
      resourceNames: (state && own(state, "resourceNames")) ?? unknown,
      ...inputs,
    }),
    create: () => refuse("install"),
    update: () => refuse("upgrade"),
    read: () => refuse("look at"),
    delete: () => refuse("uninstall"),
  };
}
