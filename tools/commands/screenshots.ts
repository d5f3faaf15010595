import { statSync } from "node:fs";
import { join } from "node:path";
import { projectDirectory, terminalProgress } from "../engine/index.ts";
import { chromium, chromiumPath } from "../parts/index.ts";
import { openDemoHouse, shots, takeShots } from "../screenshots/index.ts";
import { runCommand } from "./command.ts";

const usage = `
npm run screenshots [-- --serve]

Takes the pictures of the dashboard in docs/: a real router with scripted providers, a generated month of requests behind
it and some that run, in a real Chromium.

  --serve     takes none, but leaves the router running on port 8080 and prints its address and an admin key
  --help
`;

const servePort = 8080;

await runCommand({
  usage,
  options: { serve: { type: "boolean", default: false } },
  async run({ serve }) {
    const house = await openDemoHouse(serve ? servePort : 0);
    if (serve) {
      process.stdout.write(`dashboard  ${house.url}/dashboard\nadmin key  ${house.adminKey}\n`);
      await goOn(() => house.traffic());
      return house.close();
    }
    try {
      await chromium.ensure(terminalProgress());
      const fileOf = ({ name }: { readonly name: string }) => join(projectDirectory, "docs", `${name}.png`);
      await takeShots(house, chromiumPath() ?? "chromium", fileOf);
      for (const shot of shots) {
        process.stdout.write(`docs/${shot.name}.png  ${Math.round(statSync(fileOf(shot)).size / 1_024)} KiB\n`);
      }
    } finally {
      await house.close();
    }
  },
});

/** Until Ctrl-C. */
async function goOn(traffic: () => Promise<void>): Promise<void> {
  let over = false;
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        over = true;
        resolve();
      });
    }
  });
  while (!over) {
    await Promise.race([traffic().catch(() => {}), stopped]);
    await Promise.race([new Promise((resolve) => setTimeout(resolve, 3_000)), stopped]);
  }
}
