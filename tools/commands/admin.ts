import { parseArgs } from "node:util";
import { choose, clientOf, commonOptions, everyOption, findTarget, type Option, usageOf } from "../admin/index.ts";
import { Failure } from "../engine/index.ts";
import { runCommand } from "./command.ts";

const words = process.argv.slice(2);
const helps = words.includes("--help") || words.includes("-h");

/** Options may stand anywhere, before the verb that they belong to as well. */
const choice = (() => {
  try {
    const options = parsed(everyOption);
    return choose(parseArgs({ args: words, options, strict: false, allowPositionals: true }).positionals);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
})();

await runCommand({
  usage: usageOf(choice),
  options: parsed({ ...choice.verb?.options, ...commonOptions }),
  async run(values: Readonly<Record<string, string | boolean | undefined>>, positionals) {
    const { group, name, verb } = choice;
    if (!verb) {
      process.stdout.write(`${usageOf(choice)}\n`);
      return helps ? 0 : 1;
    }
    const { needs = [] } = verb;
    const needed = positionals.slice(positionals[1] === name ? 2 : 1);
    if (needed.length !== needs.length) {
      const usage = [group, name, ...needs].join(" ");
      throw new Failure(`${needs.length === 0 ? "Nothing" : needs.join(" and ")} must follow ${group} ${name}.`, [
        `npm run admin -- ${usage}`,
      ]);
    }
    const answer = await verb.run(clientOf(findTarget(values)), values, needed);
    process.stdout.write(values.json ? `${JSON.stringify(answer, null, 2)}\n` : verb.tell(answer));
    return 0;
  },
});

function parsed(options: Readonly<Record<string, Option>>): Record<string, { type: "string" | "boolean" }> {
  return Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }]));
}
