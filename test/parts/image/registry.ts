import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { registry } from "../../../tools/parts/index.ts";
import { freePort } from "../../support/clone.ts";
import { type Server, scratchDirectory, startServer } from "../support.ts";

export interface Registry extends Server {
  /** Host and port, as images' names begin. */
  readonly host: string;
}

/** A real registry, whose images go with it. */
export async function startRegistry(directory: string): Promise<Registry> {
  const host = `127.0.0.1:${await freePort()}`;
  const scratch = scratchDirectory("registry");
  const file = join(scratch, "registry.json");
  const storage = { filesystem: { rootdirectory: join(scratch, "images") } };
  const settings = { version: 0.1, log: { level: "error" }, storage, http: { addr: host } };
  writeFileSync(file, JSON.stringify(settings));
  const server = await startServer({
    command: registry.program(directory),
    args: ["serve", file],
    environment: { PATH: process.env.PATH, OTEL_TRACES_EXPORTER: "none" },
    readyUrl: `http://${host}/v2/`,
    directory: scratch,
  });
  return { ...server, host };
}
