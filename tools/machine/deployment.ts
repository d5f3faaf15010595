import {
  exchange,
  find,
  type Secrets,
  type Status,
  SupervisorError,
  start,
  status,
  stop,
} from "../../runtime/supervisor/client.ts";
import { type Log, PartialFailure, UserError } from "../provider/index.ts";
import { explained } from "./failures.ts";
import { lastingNode } from "./lasting-node.ts";
import { describeService, ServiceFolder } from "./service-folder.ts";
import { type Inputs, versionOf } from "./service-inputs.ts";

export interface DeployOptions {
  readonly signal: AbortSignal;
  readonly log: Log;
  /**
   * For a create: the state to keep if a service that an interrupted `up` left behind goes on because the new version
   * failed.
   */
  fresh?(now: Status): object;
}

/** The supervisor itself needs a moment before and after its workers. */
const slackMs = 15_000;

/**
 * Writes a version and brings it into service, under the supervisor that runs in the directory or under a new one. On
 * failure what was written is removed, what was started is stopped, and what ran before runs on.
 */
export async function bringIntoService(given: Inputs, options: DeployOptions): Promise<Status> {
  const secrets = secretsFrom(process.env, given);
  const folder = new ServiceFolder(given.directory);
  const version = versionOf(given);
  let isNew = false;
  let wroteVersion = false;
  const before = folder.serviceText;
  try {
    isNew = folder.claim(given.name);
    folder.writeProgram(given.supervisor);
    wroteVersion = folder.writeVersion(version, given);
    folder.serviceText = `${JSON.stringify(describeService(version, given), undefined, 2)}\n`;
    const now = await run(folder, given, secrets, before, options);
    prune(folder, given, now, before, options.log);
    return now;
  } catch (error) {
    if (isNew || !folder.isOurs) folder.unclaim();
    else {
      if (wroteVersion && versionIn(before) !== version) quietly(() => folder.removeVersion(version));
      quietly(() => {
        folder.serviceText = before;
      });
    }
    throw await failure(error, given, version, options);
  }
}

/** Stops the service and removes its folder. */
export async function takeDown(directory: string, drainSeconds: number): Promise<void> {
  const folder = new ServiceFolder(directory);
  if (folder.isOurs) await stop(directory, drainSeconds * 1000 + slackMs);
  try {
    folder.remove();
  } catch (error) {
    throw explained(error, `${directory} can't be removed`);
  }
}

async function run(
  folder: ServiceFolder,
  given: Inputs,
  secrets: Secrets,
  before: string | undefined,
  { signal, log }: DeployOptions,
): Promise<Status> {
  const program = folder.program(given.supervisor.sha256);
  const timeoutMs = given.startSeconds * 1000 + slackMs;
  const found = await find(given.directory);
  if (found.state !== "running") {
    log.status("starting");
    return await start(given.directory, { program, node: lastingNode(), secrets, timeoutMs, signal });
  }
  if (found.record.program === program) {
    await settled(given.directory, timeoutMs);
    log.status("exchanging");
    return await exchange(given.directory, secrets, timeoutMs);
  }
  // Sockets can't be handed from one supervisor to the next: nobody listens until the new one's worker is ready.
  log.status("restarting: the supervisor itself has changed");
  await stop(given.directory, given.drainSeconds * 1000 + slackMs);
  try {
    return await start(given.directory, { program, node: lastingNode(), secrets, timeoutMs, signal });
  } catch (error) {
    folder.serviceText = before;
    await start(given.directory, { program: found.record.program, node: lastingNode(), secrets, timeoutMs }).catch(
      () => undefined,
    );
    throw error;
  }
}

/** Waits until a supervisor that an interrupted `up` has started is through with it, in either way. */
async function settled(directory: string, timeoutMs: number): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; ) {
    const now = await status(directory).catch(() => undefined);
    if (now === undefined || now.state !== "starting") return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function prune(folder: ServiceFolder, given: Inputs, now: Status, before: string | undefined, log: Log): void {
  const previous = versionIn(before);
  const serving = [now.version, ...now.workers.map((worker) => worker.version)];
  const kept = new Set(previous === undefined ? serving : [...serving, previous]);
  try {
    folder.prune(kept, given.supervisor.sha256);
  } catch (error) {
    log.warn(`older versions in ${folder.path} couldn't be removed: ${(error as Error).message}`);
  }
}

function versionIn(serviceText: string | undefined): string | undefined {
  return serviceText === undefined ? undefined : (JSON.parse(serviceText) as { readonly version: string }).version;
}

/** One clear error; the service's own last words below it. */
async function failure(error: unknown, given: Inputs, version: string, options: DeployOptions): Promise<unknown> {
  if (!(error instanceof SupervisorError)) return explained(error, `${given.name} can't be written`);
  const repeated = error.log.length === 1 && error.message.endsWith(error.log[0] ?? "");
  const lines = repeated ? "" : error.log.map((line) => `\n  ${line}`).join("");
  const log = lines === "" ? "" : `\nthe last lines of its log:${lines}`;
  const now = await status(given.directory).catch(() => undefined);
  if (now?.state !== "running") return new UserError(`${given.name} did not start: ${error.message}${log}`);
  const message = `${given.name}: version ${version} failed, the old version ${now.version} goes on: ${error.message}${log}`;
  if (options.fresh === undefined) return new UserError(message);
  return new PartialFailure(given.directory, options.fresh(now), [message]);
}

/** The values of the secret variables, out of the environment that this plugin has from the command that runs it. */
function secretsFrom(environment: NodeJS.ProcessEnv, { name, secretVariables }: Inputs): Secrets {
  const missing = secretVariables.filter((variable) => environment[variable] === undefined);
  if (missing.length > 0) {
    throw new UserError(
      `${name} needs ${missing.join(", ")} in the environment of this command; set it and run it again`,
    );
  }
  return Object.fromEntries(secretVariables.map((variable) => [variable, environment[variable] ?? ""]));
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The failure that is reported is the one that led here.
  }
}
