import { readFileSync } from "node:fs";
import { asItems, asJson, asText, estimate, estimateAsJson, listKinds, readList } from "../../infra/cost/index.ts";
import { Failure } from "../engine/index.ts";
import { runCommand, stackArgument } from "./command.ts";
import { knownStacks, stackCostOf } from "./stack.ts";

const usage = `
npm run cost -- <stack> [--items] [--json]
npm run cost -- --resources FILE [--json]

What a stack costs a month, from its configuration alone, held against its budget; needs no engine, cloud or secret. Ends
with 1 where its budget refuses it.

With --resources, prices a plain list of resources instead, with each item's arithmetic and source, and ends with 1 if
anything has no price. FILE is JSON (- for standard input): a list of {type, region, quantity, ...}; see docs/cost.md.

  --items            every item of the stack with its arithmetic, source and date
  --resources FILE   the list
  --json             for other programs
  --types            the types of a list and their fields
  --help
`;

await runCommand({
  usage,
  options: {
    resources: { type: "string" },
    items: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    types: { type: "boolean", default: false },
  },
  async run({ resources: file, items, json, types }, positionals) {
    if (types) return tellTypes();
    if (file === undefined && positionals.length === 0) {
      throw new Failure("A stack or a list of resources is needed.", [
        `npm run cost -- <stack>: one of ${knownStacks().join(", ")}`,
        "npm run cost -- --resources FILE",
      ]);
    }
    if (file === undefined) return tellStack(stackArgument(positionals, knownStacks()), { items, json });
    if (positionals.length > 0) throw new Failure("Either a stack or a list of resources, not both.");
    return tellList(file, json);
  },
});

function tellTypes(): number {
  for (const [type, { says, fields }] of Object.entries(listKinds)) {
    process.stdout.write(`${type.padEnd(26)}${says}${fieldsOf(Object.keys(fields))}\n`);
  }
  return 0;
}

async function tellStack(name: string, { items, json }: { items: boolean; json: boolean }): Promise<number> {
  const verdict = await stackCostOf(name);
  print(json ? asJson(verdict) : asText(verdict, { details: items }));
  return verdict.status === "block" ? 1 : 0;
}

function tellList(file: string, json: boolean): number {
  const list = readList(parsed(file));
  if (list.mistakes.length > 0) throw new Failure(`${file} has mistakes:`, list.mistakes);
  const priced = estimate(list);
  print(json ? estimateAsJson(priced) : asItems(priced));
  return priced.problems.length > 0 ? 1 : 0;
}

function print(value: string | object): void {
  process.stdout.write(typeof value === "string" ? value : `${JSON.stringify(value, null, 2)}\n`);
}

function fieldsOf(names: readonly string[]): string {
  return names.length > 0 ? `: ${names.join(", ")}` : "";
}

function parsed(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new Failure(`${file} can't be read: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Failure(`${file} is not JSON: ${(error as Error).message}`);
  }
}
