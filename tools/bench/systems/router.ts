import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { issueKey, type RouterConfigInput, renderJson } from "../../../runtime/config/index.ts";
import { projectDirectory } from "../../engine/index.ts";
import { freePort } from "../../parts/free-port.ts";
import { Child } from "../child.ts";
import { fakeKey, fakeModel, type Place, type System } from "./system.ts";

export interface RouterOptions {
  /** "ours" by default. */
  readonly name?: string;
  /** The checkout whose router it is; this one by default. */
  readonly checkout?: string;
  /** Given to Node. */
  readonly nodeArgs?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Beside what every benchmark sets. */
  readonly config?: RouterConfigInput;
}

const startMs = 30_000;

/**
 * The router as it is deployed: bundled, with a key, and all else as it is by default, which is everything on: breakers,
 * prediction, metrics, a log line and a recorded trace for each request, and each attempt's cost reserved and settled.
 */
export async function startRouter(place: Place, options: RouterOptions = {}): Promise<System> {
  const { name = "ours", checkout = projectDirectory, nodeArgs = [], environment = {}, config: more = {} } = options;
  const { path: bundle } = await bundleOf(checkout);
  const { id, key, sha256 } = issueKey();
  const port = await freePort();
  const config: RouterConfigInput = {
    listen: { host: "127.0.0.1", port },
    keys: [{ id, sha256, tenant: "bench" }],
    prices: { [`openai/${fakeModel}`]: { input: 1, output: 4 } },
    budgets: { stack: { day: 1_000_000 } },
    backends: { openai: { baseUrl: `http://127.0.0.1:${place.upstreamPort}/v1`, models: [fakeModel] } },
    ...more,
  };
  const configFile = join(place.folder, `${name}.json`);
  writeFileSync(configFile, renderJson(config));
  const child = new Child({
    name,
    command: process.execPath,
    args: [...nodeArgs, bundle, "--config", configFile],
    environment: {
      OPENAI_API_KEY: fakeKey,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${place.collectorPort}`,
      ...environment,
    },
    folder: place.folder,
  });
  await child.listening(port, startMs);
  return { name, child, target: { port, model: `openai/${fakeModel}`, headers: { authorization: `Bearer ${key}` } } };
}

type Machine = typeof import("../../../infra/machine/index.ts");

async function bundleOf(checkout: string): ReturnType<Machine["bundleRuntime"]> {
  const machine = (await import(pathToFileURL(join(checkout, "infra", "machine", "index.ts")).href)) as Machine;
  return machine.bundleRuntime("router/main.ts");
}
