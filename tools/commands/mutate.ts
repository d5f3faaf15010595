import { runCommand } from "./command.ts";
import { runStep } from "./step.ts";

const usage = `
npm run mutate [-- FILE ...]

Takes each guard out of the budget policies, one after the other, and runs their tests against what is left: where none
fails, the guard is not tested. Tells each such place, and then ends with 1. By default all files that tools/mutation names
(about two minutes on two cores), else those that are given: -- policies/budget/verdict.ts, or with lines, verdict.ts:9-25.

  --help
`;

await runCommand({
  usage,
  options: {},
  async run(_, files) {
    const mutate = files.length === 0 ? [] : ["--mutate", files.join(",")];
    await runStep("Guards", "stryker", ["run", "tools/mutation/stryker.json", ...mutate]);
  },
});
