import { isDeepStrictEqual } from "node:util";
import { type PropertyMap, type ResourceType, UserError } from "../../provider/index.ts";
import type { Vault } from "./client.ts";
import { type Inputs, isObject, snake, trimmed, within } from "./values.ts";

/** A secret of the kv engine, version 2. Each change of its data is a new version. */
export function kvSecret(vault: () => Vault): ResourceType<Inputs, Inputs> {
  const at = ({ mount, name }: Inputs, kind: "data" | "metadata"): string =>
    `${trimmed(mount)}/${kind}/${String(name)}`;

  const write = async (inputs: Inputs, signal: AbortSignal): Promise<void> => {
    const { cas, options } = inputs;
    const body = {
      data: dataOf(inputs),
      ...(cas === undefined && options === undefined
        ? {}
        : { options: { ...(isObject(options) ? options : {}), ...(cas === undefined ? {} : { cas }) } }),
    };
    await vault().call({ method: "POST", path: at(inputs, "data"), body, ...within(inputs, signal) });
  };
  const writeMetadata = async (inputs: Inputs, signal: AbortSignal): Promise<void> => {
    const { customMetadata } = inputs;
    if (!isObject(customMetadata)) return;
    const { data, ...rest } = customMetadata;
    const body = {
      ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [snake(key), value])),
      ...(data === undefined ? {} : { custom_metadata: data }),
    };
    await vault().call({ method: "POST", path: at(inputs, "metadata"), body, ...within(inputs, signal) });
  };
  const stateOf = async (inputs: Inputs, signal: AbortSignal): Promise<Inputs> => {
    const path = at(inputs, "data");
    if (inputs.disableRead === true) return { ...inputs, path, data: {}, metadata: {} };
    const found = await vault().find({ path, ...within(inputs, signal) });
    return { ...inputs, path, data: texts(found?.data), metadata: texts(found?.metadata) };
  };

  return {
    replaceOn: ["mount", "name", "namespace"],
    computed: ["data", "metadata", "path"],
    stable: ["path"],
    secretOutputs: ["data", "dataJson", "dataJsonWo"],
    // Whether a version is compared before it is written changes nothing that is kept.
    ignore: ["cas", "deleteAllVersions"],

    check(inputs: PropertyMap) {
      const given = ["dataJson", "dataJsonWo"].filter((name) => (inputs[name] ?? null) !== null);
      if (given.length === 1) return { inputs };
      return { failures: [{ property: "dataJson", reason: "one of dataJson and dataJsonWo is needed, and not both" }] };
    },

    async create(inputs, { signal }) {
      await write(inputs, signal);
      await writeMetadata(inputs, signal);
      return { id: at(inputs, "data"), state: await stateOf(inputs, signal) };
    },

    async update(_id, inputs, { inputs: before }, { signal }) {
      if (!isDeepStrictEqual(dataOf(inputs), dataOf(before)) || inputs.dataJsonWoVersion !== before.dataJsonWoVersion) {
        await write(inputs, signal);
      }
      await writeMetadata(inputs, signal);
      return stateOf(inputs, signal);
    },

    async read(id, state, inputs, { importing, signal }) {
      const [, mount, name] = /^(.+?)\/data\/(.+)$/.exec(id) ?? [];
      const asked: Inputs = importing ? { mount, name } : { ...inputs };
      if (asked.disableRead === true) return { id, inputs: asked, state: { ...state } };
      const found = await vault().find({ path: at(asked, "data"), ...within(asked, signal) });
      // A deleted version is told with its metadata alone.
      if (found === undefined || found.data === null || found.data === undefined) return undefined;
      const same = asked.dataJson !== undefined && isDeepStrictEqual(dataOf(asked), found.data);
      const read = asked.dataJsonWo !== undefined || same ? asked : { ...asked, dataJson: JSON.stringify(found.data) };
      const told = { path: at(asked, "data"), data: texts(found.data), metadata: texts(found.metadata) };
      return { id, inputs: read, state: { ...state, ...read, ...told } };
    },

    async delete(_id, state, { signal }) {
      const kind = state.deleteAllVersions === true ? "metadata" : "data";
      await vault().remove({ path: at(state, kind), ...within(state, signal) });
    },
  };
}

function dataOf({ dataJson, dataJsonWo }: Inputs): unknown {
  try {
    return JSON.parse(String(dataJson ?? dataJsonWo));
  } catch {
    throw new UserError("dataJson is no JSON; make it with JSON.stringify");
  }
}

/** Values of a map as text, as the official provider's outputs have them. */
function texts(value: unknown): Inputs {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, typeof part === "object" ? JSON.stringify(part) : String(part)]),
  );
}
