import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PriceFile } from "../../infra/cost/index.ts";
import { Failure, projectDirectory } from "../engine/index.ts";
import { Offer } from "../prices/bulk.ts";
import { refreshed, written } from "../prices/refresh.ts";
import { runCommand } from "./command.ts";

const usage = `
npm run prices [-- --check]

Refreshes infra/cost/prices/prices.json from AWS's public price list (no account is needed; EC2's files have hundreds of
megabytes). Figures that aren't found exactly once stay as they are and are named.

  --check   says what would change, and writes nothing
  --help
`;

const list = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws";

await runCommand({
  usage,
  options: { check: { type: "boolean", default: false } },
  async run({ check }) {
    const path = join(projectDirectory, "infra", "cost", "prices", "prices.json");
    const before = PriceFile.parse(JSON.parse(readFileSync(path, "utf8")));
    const today = new Date().toISOString().slice(0, 10);
    const { file, changed, kept } = await refreshed(before, offerOf, today);
    for (const line of changed) process.stdout.write(`changed  ${line}\n`);
    for (const line of kept) process.stdout.write(`kept     ${line}\n`);
    if (file === before) throw new Failure("No figure could be refreshed; the table is as it was.");
    if (!check) writeFileSync(path, written(file));
    return 0;
  },
});

async function offerOf(service: string, region: string): Promise<Offer> {
  const answer = await fetch(`${list}/${service}/current/${region}/index.json`, {
    signal: AbortSignal.timeout(600_000),
  });
  if (!answer.ok) throw new Error(`the price list answered ${answer.status} for ${service} in ${region}`);
  return Offer.parse(await answer.json());
}
