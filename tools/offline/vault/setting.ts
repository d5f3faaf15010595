import {
  type Created,
  type OperationContext,
  type ReadResult,
  type ResourceType,
  UserError,
} from "../../provider/index.ts";
import type { Vault } from "./client.ts";
import { type Inputs, sameValue, snake, within } from "./values.ts";

/** Something that is kept at a path of Vault's: written as a whole, read back, deleted. */
export interface Setting {
  /** Where it is; its id too. */
  readonly path: (inputs: Inputs) => string;
  /** Arguments that are in the path: their change is another thing. */
  readonly inPath: readonly string[];
  /** Other arguments that can't be changed. */
  readonly fixed?: readonly string[];
  /** Arguments that aren't sent. */
  readonly unsent?: readonly string[];
  /** Vault's names, where they aren't the argument's in small letters with underscores. */
  readonly names?: Readonly<Record<string, string>>;
  /** Arguments that Vault never tells again. */
  readonly writeOnly?: readonly string[];
  readonly secretOutputs?: readonly string[];
  readonly computed?: readonly string[];
  /** Computed outputs, out of what Vault tells of it. */
  readonly outputs?: (data: Inputs) => Inputs;
  /** What of Vault's answer holds the arguments; the whole by default. */
  readonly told?: (data: Inputs) => Inputs;
  /** What an update writes, and where, if not the same as a create, which doesn't take all of it: it's written then too. */
  readonly change?: (inputs: Inputs, body: Inputs) => { readonly path: string; readonly body: Inputs };
  /** Before a delete is allowed. */
  readonly release?: (vault: Vault, inputs: Inputs) => Promise<void>;
  /** It goes with what it belongs to. */
  readonly staysOnDelete?: boolean;
  /** Arguments of an id, for an import. */
  readonly parse?: (id: string) => Inputs;
}

const never = ["namespace"];

/** The resource type of a {@link Setting}. */
export function settingType(setting: Setting, vault: () => Vault): ResourceType<Inputs, Inputs> {
  const { path, inPath, fixed = [], unsent = [], names = {}, writeOnly = [], computed = [] } = setting;
  const hidden = new Set([...inPath, ...unsent, ...never]);
  const nameOf = (key: string): string => names[key] ?? snake(key);
  const bodyOf = (inputs: Inputs): Inputs =>
    Object.fromEntries(
      Object.entries(inputs).flatMap(([key, value]) => (hidden.has(key) ? [] : [[nameOf(key), value]])),
    );
  const look = (inputs: Inputs, { signal }: Pick<OperationContext, "signal">) =>
    vault().find({ path: path(inputs), ...within(inputs, signal) });
  const outputsOf = async (inputs: Inputs, context: OperationContext): Promise<Inputs> => {
    if (setting.outputs === undefined) return inputs;
    return { ...inputs, ...setting.outputs((await look(inputs, context)) ?? {}) };
  };

  return {
    replaceOn: [...inPath, ...fixed, ...never],
    computed,
    ...(setting.secretOutputs === undefined ? {} : { secretOutputs: setting.secretOutputs }),

    async create(inputs, context): Promise<Created<Inputs>> {
      await vault().call({
        method: "POST",
        path: path(inputs),
        body: bodyOf(inputs),
        ...within(inputs, context.signal),
      });
      const changed = setting.change?.(inputs, bodyOf(inputs));
      if (changed !== undefined && Object.keys(changed.body).length > 0) {
        await vault().call({ method: "POST", ...changed, ...within(inputs, context.signal) });
      }
      return { id: path(inputs), state: await outputsOf(inputs, context) };
    },

    async update(_id, inputs, { inputs: before }, context) {
      const gone = Object.entries(before).filter(([key]) => inputs[key] === undefined && !hidden.has(key));
      const body = {
        ...Object.fromEntries(gone.map(([key, value]) => [nameOf(key), emptied(value)])),
        ...bodyOf(inputs),
      };
      const changed = setting.change?.(inputs, body) ?? { path: path(inputs), body };
      await vault().call({ method: "POST", ...changed, ...within(inputs, context.signal) });
      return outputsOf(inputs, context);
    },

    async read(id, state, inputs, context): Promise<ReadResult<Inputs, Inputs> | undefined> {
      const asked = context.importing ? setting.parse?.(id) : inputs;
      if (asked === undefined) throw new UserError(`${context.type} can't be imported by this offline provider`);
      const data = await look(asked, context);
      if (data === undefined) return undefined;
      const told = setting.told?.(data) ?? data;
      const seen = Object.fromEntries(
        Object.entries(asked).flatMap(([key, value]) => {
          const live = told[nameOf(key)];
          if (hidden.has(key) || writeOnly.includes(key) || live === undefined || sameValue(value, live))
            return [[key, value]];
          return live === null ? [] : [[key, live]];
        }),
      );
      const imported = context.importing ? importedOf(told, setting, nameOf) : {};
      const found = { ...imported, ...seen };
      return { id, inputs: found, state: { ...state, ...found, ...setting.outputs?.(data) } };
    },

    async delete(_id, state, context) {
      if (setting.staysOnDelete) return;
      await setting.release?.(vault(), state);
      await vault().remove({ path: path(state), ...within(state, context.signal) });
    },
  };
}

/** The value that means "not set", by its kind: leaving it out would keep the old one. */
function emptied(value: unknown): unknown {
  if (typeof value === "string") return "";
  if (typeof value === "number") return 0;
  if (typeof value === "boolean") return false;
  return Array.isArray(value) ? [] : {};
}

/** Only what has a renamed argument is known by name here; the rest of an import is for the program to say. */
function importedOf(told: Inputs, { names = {} }: Setting, nameOf: (key: string) => string): Inputs {
  return Object.fromEntries(
    Object.keys(names).flatMap((key) => (told[nameOf(key)] === undefined ? [] : [[key, told[nameOf(key)]]])),
  );
}
