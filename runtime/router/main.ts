import { help, issuedKeyText, parseCommand } from "./cli.ts";
import { failStart, serveAsWorker } from "./serving/index.ts";
import { startRouter } from "./start.ts";

// Whoever read the log is gone; the requests are not.
process.stdout.on("error", () => {});

try {
  const command = parseCommand(process.argv.slice(2), process.env);
  if (command.kind === "serve") {
    const { config, baseDirectory, source } = command;
    serveAsWorker(await startRouter(config, { baseDirectory, ...(source ? { source } : {}) }));
  } else {
    process.stdout.write(command.kind === "help" ? help : issuedKeyText(command.tenant));
  }
} catch (error) {
  failStart(error);
}
