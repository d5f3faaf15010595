import {
  type Change,
  type CheckContext,
  type CheckFailure,
  type CheckResult,
  type Diff,
  type InputSchema,
  type PlanContext,
  type PropertyMap,
  type PropertyValue,
  type Provider,
  type ResourceType,
  UserError,
  unknown,
} from "../../provider/index.ts";
import { own } from "../../provider/values.ts";
import { isMadeUp, type Naming, withName } from "./naming.ts";
import { refusal } from "./refusal.ts";
import { describeType, findSdk, type Sdk, type TypeDescription } from "./sdk.ts";

/** What makes a cloud's provider of an SDK package. */
export interface PlanOnly {
  readonly name: string;
  /** The npm package whose tokens and version it has. */
  readonly sdk: string;
  readonly config?: InputSchema<object>;
  /** Arguments whose change replaces, by type token; all others update in place. */
  readonly replaceOn?: Readonly<Record<string, readonly string[]>>;
  /** Arguments whose change replaces in every type that has them. */
  readonly replaceOnAlways?: readonly string[];
  /** Types whose physical name isn't their argument `name`. */
  readonly naming?: Readonly<Record<string, Naming>>;
  /** Whether an argument `name` that is missing is made up of the logical name. */
  readonly namesItself?: boolean;
  readonly replaceOnConfig?: readonly string[];
}

/**
 * A provider that previews and does nothing else, for every resource type of an SDK package. Outputs that nobody can
 * know before the `up` are unknown; what the SDK doesn't know, and what would need the cloud, is refused.
 */
export function planOnlyProvider(options: PlanOnly): Provider {
  const sdk = findSdk(options.sdk);
  return {
    name: options.name,
    version: sdk.version,
    offline: true,
    description: "plans only: up, refresh, import and functions need the official one",
    resources: {},
    fallback(token) {
      const type = describeType(sdk, token);
      if (type === undefined) {
        const hint = "check the token, or whether the program was written for another version of the package";
        throw new UserError(`${sdk.package} ${sdk.version} has no resource type ${token}; ${hint}`);
      }
      return planOnlyType(options, sdk, token, type);
    },
    ...(options.config === undefined ? {} : { config: options.config }),
    ...(options.replaceOnConfig === undefined ? {} : { replaceOnConfig: options.replaceOnConfig }),
  };
}

function planOnlyType(options: PlanOnly, sdk: Sdk, token: string, type: TypeDescription): ResourceType {
  const refuse = async (what: string): Promise<never> => {
    throw new UserError(refusal(options.name, sdk.version, `${what} ${token}`));
  };
  const isNamed = options.namesItself === true && type.inputs.includes("name") && !type.required.includes("name");
  const naming = options.naming?.[token] ?? (isNamed ? { property: "name", instead: "namePrefix" } : undefined);
  const always = (options.replaceOnAlways ?? []).filter((property) => type.inputs.includes(property));
  return {
    check(inputs: PropertyMap, context: CheckContext): CheckResult {
      const failures = faultsOf(type, inputs, token);
      return failures.length > 0 ? { failures } : { inputs: withName(naming, inputs, context) };
    },
    replaceOn: [...(options.replaceOn?.[token] ?? []), ...always, ...(naming ? [naming.property] : [])],
    diff({ structural, oldInputs, newInputs }: Change, { name }): Diff {
      const replaces = structural.changes.some(({ replace }) => replace);
      if (naming === undefined || !replaces) return structural;
      // Two can't have one name at once, and a name that was chosen is kept.
      const kept = own(newInputs, naming.property);
      const isKept = kept !== undefined && kept === own(oldInputs, naming.property);
      return isKept && !isMadeUp(kept, naming, name) ? { ...structural, deleteBeforeReplace: true } : structural;
    },
    planned(inputs: PropertyMap, { state }: PlanContext): PropertyMap {
      const outputs: Record<string, PropertyValue> = {};
      // An update leaves alone what it isn't told to change: ids and addresses of before stay known.
      for (const name of type.computed) outputs[name] = (state && own(state, name)) ?? unknown;
      return { ...outputs, ...inputs };
    },
    create: () => refuse("create"),
    update: () => refuse("update"),
    read: () => refuse("look at"),
    delete: () => refuse("delete"),
  };
}

/** What a program in TypeScript can't get wrong unless it looks away; the values are the cloud's to judge. */
function faultsOf(type: TypeDescription, inputs: PropertyMap, token: string): CheckFailure[] {
  const given = Object.keys(inputs).filter((name) => own(inputs, name) !== null);
  const surplus = given
    .filter((name) => !type.inputs.includes(name))
    .map((property) => ({ property, reason: `${token} has no such argument; it has ${type.inputs.join(", ")}` }));
  const missing = type.required
    .filter((name) => !given.includes(name))
    .map((property) => ({ property, reason: `${token} needs it` }));
  return [...surplus, ...missing];
}
