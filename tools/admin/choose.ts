import { Failure } from "../engine/index.ts";
import { audit, backends } from "./backends.ts";
import { keys } from "./keys.ts";
import { budgets, tenants } from "./tenants.ts";
import type { Group, Option, Verb } from "./verb.ts";

export const groups: Readonly<Record<string, Group>> = { keys, tenants, budgets, backends, audit };

/** What is to be done, as far as the words say. */
export interface Choice {
  readonly group?: string;
  readonly name?: string;
  readonly verb?: Verb;
}

/** @throws Failure that lists what there is */
export function choose([group, name]: readonly string[]): Choice {
  if (group === undefined) return {};
  const found = own(groups, group);
  if (!found) throw new Failure(`There is no ${group}.`, [`use one of ${Object.keys(groups).join(", ")}`]);
  // The audit log can only be listed.
  const only = Object.keys(found.verbs).length === 1 ? Object.keys(found.verbs)[0] : undefined;
  const chosen = only ?? name;
  if (chosen === undefined) return { group };
  const verb = own(found.verbs, chosen);
  if (!verb) {
    throw new Failure(`There is no ${group} ${chosen}.`, [`use one of ${Object.keys(found.verbs).join(", ")}`]);
  }
  return { group, name: chosen, verb };
}

const own = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

export const commonOptions = {
  url: { type: "string", takes: "URL", help: "another router than the local stack's; its key in HYBRID_LLM_ADMIN_KEY" },
  ca: { type: "string", takes: "FILE", help: "the authority of its certificate, PEM" },
  cert: { type: "string", takes: "FILE", help: "a client certificate, PEM" },
  "cert-key": { type: "string", takes: "FILE", help: "its private key" },
  json: { type: "boolean", help: "the router's answer as it is" },
} as const satisfies Record<string, Option>;

/** The options of all verbs: enough to tell an option's value from a word. */
export const everyOption: Readonly<Record<string, Option>> = Object.assign(
  {},
  ...Object.values(groups).flatMap(({ verbs }) => Object.values(verbs).map(({ options }) => options)),
  commonOptions,
);

export function usageOf({ group, name, verb }: Choice): string {
  const found = group === undefined ? undefined : groups[group];
  const common = `Anywhere:\n${optionLines({ ...commonOptions, help: { type: "boolean", help: "this, at each level" } })}`;
  if (verb) {
    const words = [group, ...(name === "list" && group === "audit" ? [] : [name]), ...(verb.needs ?? [])].join(" ");
    const options = verb.options ? `\n${optionLines(verb.options)}\n` : "";
    return `npm run admin -- ${words} [options]\n\n${verb.help}.\n${options}\n${common}`;
  }
  const lines = found
    ? Object.entries(found.verbs).map(([word, one]): [string, string] => [
        [group, word, ...(one.needs ?? [])].join(" "),
        one.help,
      ])
    : Object.entries(groups).map(([word, { verbs, help }]): [string, string] => [
        word,
        `${help}: ${Object.keys(verbs).join(", ")}`,
      ]);
  const intro = found ? found.help : "Administers a router: the local stack's, or the one at --url";
  return `npm run admin -- ${group ?? "WHAT"} ...\n\n${intro}.\n\n${columns(lines)}\n\n${common}`;
}

const optionLines = (options: Readonly<Record<string, Option>>): string =>
  columns(Object.entries(options).map(([name, { takes, help }]) => [`--${name}${takes ? ` ${takes}` : ""}`, help]));

function columns(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([left]) => left.length));
  return lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
