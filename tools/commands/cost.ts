import { readFileSync } from "node:fs";
import { asItems, estimate, estimateAsJson, listKinds, readList } from "../../infra/cost/index.ts";
import { Failure } from "../engine/index.ts";
import { runCommand } from "./command.ts";

const usage = `
npm run cost -- --resources FILE [--json]

Prices a plain list of resources from the checkout's price table, with each item's arithmetic and source. Ends with 1 if
anything has no price. FILE is JSON (- for standard input): a list of {type, region, quantity, ...}; see docs/cost.md.

  --resources FILE   the list
  --json             for other programs
  --types            the types of a list and their fields
  --help
`;

await runCommand({
  usage,
  options: {
    resources: { type: "string" },
    json: { type: "boolean", default: false },
    types: { type: "boolean", default: false },
  },
  async run({ resources: file, json, types }, positionals) {
    if (types) {
      for (const [type, { says, fields }] of Object.entries(listKinds)) {
        process.stdout.write(`${type.padEnd(26)}${says}${fieldsOf(Object.keys(fields))}\n`);
      }
      return 0;
    }
    if (file === undefined || positionals.length > 0) {
      throw new Failure("A list of resources is needed.", ["npm run cost -- --resources FILE", "--help says the rest"]);
    }
    const list = readList(parsed(file));
    if (list.mistakes.length > 0) throw new Failure(`${file} has mistakes:`, list.mistakes);
    const priced = estimate(list);
    process.stdout.write(json ? `${JSON.stringify(estimateAsJson(priced), null, 2)}\n` : asItems(priced));
    return priced.problems.length > 0 ? 1 : 0;
  },
});

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
