import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assumptions, chart, compare, fitEstimator, readFreshSet, readLabelledSet, table } from "../arbitrage/index.ts";
import { projectDirectory } from "../engine/index.ts";
import { runCommand } from "./command.ts";

const usage = `
npm run arbitrage [-- --fit]

Compares the ways in which a request for the model auto can find its tier, on prompts labelled by a rubric, and writes
the chart docs/arbitrage.svg. It asks no model.

  --fit    instead fits the estimator's weights again and writes runtime/router/arbitrage/weights.json
  --help
`;

await runCommand({
  usage,
  options: { fit: { type: "boolean", default: false } },
  async run(options) {
    if (options.fit) writeWeights();
    else writeReport();
  },
});

function writeWeights(): void {
  const fitted = fitEstimator(readLabelledSet(), readFreshSet(), new Date().toISOString().slice(0, 10));
  const file = join("runtime", "router", "arbitrage", "weights.json");
  writeFileSync(join(projectDirectory, file), `${JSON.stringify(fitted, null, 2)}\n`);
  const share = (agreement: number) => `${(100 * agreement).toFixed(1)} %`;
  process.stdout.write(`Wrote ${file}
agreement with the rubric: ${share(fitted.crossValidated.agreement)} cross-validated, ${share(fitted.heldOut.agreement)} held out, ${share(fitted.fresh.agreement)} fresh
`);
}

function writeReport(): void {
  const prompts = readLabelledSet().prompts.filter(({ split }) => split === "held_out");
  const fresh = readFreshSet().prompts;
  const rows = { heldOut: compare(prompts), fresh: compare(fresh) };
  const folder = join(projectDirectory, "docs");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "arbitrage.svg"), chart(rows.heldOut, rows.fresh));
  const tables = [
    table(`Held out: ${prompts.length} prompts that the weights were not fitted to`, rows.heldOut),
    table(`Fresh: ${fresh.length} prompts written last, whose mistakes nothing was changed for`, rows.fresh),
    assumptions(),
    "Wrote docs/arbitrage.svg\n",
  ];
  process.stdout.write(tables.join("\n"));
}
