import { failStart, serveAsWorker } from "../router/serving/index.ts";
import { help, readOptions } from "./config.ts";
import { startRehearsal } from "./start.ts";

process.stdout.on("error", () => {});

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(help);
  else {
    const rehearsal = await startRehearsal(options);
    process.stdout.write(`${JSON.stringify({ level: "info", msg: "rehearsal listens", url: rehearsal.url })}\n`);
    serveAsWorker(rehearsal);
  }
} catch (error) {
  failStart(error);
}
