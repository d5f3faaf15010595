import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stateDirectory } from "../../infra/machine/places.ts";
import { Failure } from "../engine/index.ts";

/** A router to administer, and what it takes to call it. */
export interface Target {
  readonly url: string;
  readonly key: string;
  readonly ca?: Buffer | undefined;
  readonly certificate?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
}

export interface TargetOptions {
  readonly url?: string | undefined;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly "cert-key"?: string | undefined;
}

const variable = "HYBRID_LLM_ADMIN_KEY";

/**
 * The router at `--url`, with the key of the environment; else the `local` stack's own. A key is never given on a command
 * line, where everybody on the machine could read it.
 */
export function findTarget(options: TargetOptions, environment: NodeJS.ProcessEnv = process.env): Target {
  if (options.url === undefined) return localStack(environment);
  const key = environment[variable]?.trim();
  if (!key) {
    throw new Failure(`No admin key was given for ${options.url}.`, [
      `put it into the environment: read -rs ${variable} && export ${variable}`,
    ]);
  }
  const { cert, "cert-key": certKey } = options;
  if ((cert === undefined) !== (certKey === undefined)) throw new Failure("--cert and --cert-key belong together.");
  return {
    url: urlOf(options.url),
    key,
    ca: options.ca === undefined ? undefined : read(options.ca),
    ...(cert && certKey ? { certificate: { cert: read(cert), key: read(certKey) } } : {}),
  };
}

function urlOf(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new Failure(`--url ${text} is no address.`, ["give one as https://router.example.com"]);
}

function localStack(environment: NodeJS.ProcessEnv): Target {
  const directory = join(stateDirectory(environment), "local");
  const client = (name: string) => join(directory, "client", name);
  const service = join(directory, "router", "service.json");
  if (!existsSync(service) || !existsSync(client("admin-key"))) {
    throw new Failure("There is no local stack with an admin key on this machine.", [
      "deploy it: npm run up",
      `name another router: --url https://... with its key in ${variable}`,
    ]);
  }
  const { configuration } = JSON.parse(read(service).toString()) as { configuration: string };
  const { listen } = JSON.parse(read(join(directory, "router", configuration)).toString()) as {
    listen: { port: number; security: { clientCertificate?: string } };
  };
  const certificate = { cert: client("client.pem"), key: client("client-key.pem") };
  return {
    url: `https://localhost:${listen.port}`,
    key: environment[variable]?.trim() || read(client("admin-key")).toString().trim(),
    ca: read(client("ca.pem")),
    ...(listen.security.clientCertificate === "none"
      ? {}
      : { certificate: { cert: read(certificate.cert), key: read(certificate.key) } }),
  };
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure(`${file} can't be read: ${(error as NodeJS.ErrnoException).code}.`);
  }
}
