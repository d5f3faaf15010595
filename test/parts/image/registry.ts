import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../../tools/parts/free-port.ts";
import { registry } from "../../../tools/parts/index.ts";
import { type Server, scratchDirectory, startServer } from "../support.ts";

export interface Registry extends Server {
  /** Host and port, as images' names begin. */
  readonly host: string;
}

/** Whom a registry with a password lets in. */
export const somebody = { name: "somebody", password: "a password of the test" } as const;
/** Made by `htpasswd -B`, the only kind that the registry takes. */
const bcrypt = "$2b$04$YmOPV5Y9AimC3sKb4bc0V./h.7I8tD9iEO8vHBXV5X0grsSJ1Oqe2";

/** A real registry, whose images go with it. @param closed whether it lets in nobody but `somebody` */
export async function startRegistry(directory: string, closed = false): Promise<Registry> {
  const host = `127.0.0.1:${await freePort()}`;
  const scratch = scratchDirectory("registry");
  const file = join(scratch, "registry.json");
  const storage = { filesystem: { rootdirectory: join(scratch, "images") } };
  const passwords = join(scratch, "htpasswd");
  writeFileSync(passwords, `${somebody.name}:${bcrypt}\n`);
  const auth = closed ? { htpasswd: { realm: "test", path: passwords } } : {};
  const settings = { version: 0.1, log: { level: "error" }, storage, http: { addr: host }, auth };
  writeFileSync(file, JSON.stringify(settings));
  const server = await startServer({
    command: registry.program(directory),
    args: ["serve", file],
    environment: { PATH: process.env.PATH, OTEL_TRACES_EXPORTER: "none" },
    // The API itself may ask who it is.
    readyUrl: `http://${host}/`,
    directory: scratch,
  });
  return { ...server, host };
}
