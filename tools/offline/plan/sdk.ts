import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** A generated SDK package: where it lies, and the version of the provider that it is made for. */
export interface Sdk {
  readonly package: string;
  readonly version: string;
  readonly folder: string;
}

/** What an SDK knows of one resource type: the names of its properties, without their types. */
export interface TypeDescription {
  readonly inputs: readonly string[];
  readonly required: readonly string[];
  /** Outputs that are no inputs. */
  readonly computed: readonly string[];
}

export function findSdk(name: string): Sdk {
  const file = require.resolve(`${name}/package.json`);
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
  return { package: name, version: version.replace(/^v/, ""), folder: dirname(file) };
}

/**
 * Reads a type out of its generated class: no schema comes with the packages, but each constructor lists all properties
 * that can be given, those that must be, and those that only come back. `undefined`: the SDK has no such type.
 *
 * @param token as `aws:ec2/subnet:Subnet`
 */
export function describeType(sdk: Sdk, token: string): TypeDescription | undefined {
  const [, folder, name] = /^\w+:(\w+)\/(\w+):\w+$/.exec(token) ?? [];
  if (folder === undefined || name === undefined) return undefined;
  const source = sourceOf(
    join(sdk.folder, folder === "index" ? "" : folder),
    `${name === "index" ? "index_" : name}.js`,
  );
  if (!source.includes(`__pulumiType = '${token}'`)) return undefined;
  const making = source.slice(source.lastIndexOf("const args = argsOrState"));
  const names = (pattern: RegExp) => [...making.matchAll(pattern)].map(([, found]) => found ?? "");
  const computed = names(/resourceInputs\["(\w+)"\] = undefined/g);
  return {
    inputs: names(/resourceInputs\["(\w+)"\] = /g).filter((property) => !computed.includes(property)),
    required: names(/Missing required property '(\w+)'/g),
    computed,
  };
}

/** Names of files differ from tokens in the case of letters (`d1database.js`); empty where there is none. */
function sourceOf(folder: string, name: string): string {
  if (!existsSync(folder)) return "";
  const exact = join(folder, name);
  if (existsSync(exact)) return readFileSync(exact, "utf8");
  const found = readdirSync(folder).find((file) => file.toLowerCase() === name.toLowerCase());
  return found === undefined ? "" : readFileSync(join(folder, found), "utf8");
}
