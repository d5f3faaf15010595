import { statSync } from "node:fs";
import { ConfigurationError, configHash, type RouterConfig, renderJson } from "../config/index.ts";
import type { HybridRouter } from "./hybrid-router.ts";
import type { Log } from "./log.ts";
import type { Telemetry } from "./telemetry/index.ts";

/** Where a configuration comes from. */
export interface ConfigSource {
  readonly file: string;
  /** @throws ConfigurationError */
  load(): RouterConfig;
}

/** Files are looked at this often; milliseconds. Asking is cheap, and works on every file system and mount. */
const lookMs = 1_000;

/** What is fixed while a router runs: its sockets are open, and its name is on what it has told already. */
const fixed = [["listen"], ["name"], ["region"], ["ledger"], ["budgets", "timezone"], ["budgets", "key"]] as const;

/**
 * Reads the configuration again and puts it in force, without dropping a request. One that is wrong is refused with
 * its mistakes, and the old one stays.
 *
 * @returns whether the configuration in force is now that of the file
 */
export function reload(source: ConfigSource, router: HybridRouter, telemetry: Telemetry, log: Log): boolean {
  try {
    const config = source.load();
    if (renderJson(config) === renderJson(router.config)) return true;
    refuseFixed(config, router.config, source.file);
    router.reconfigure(config);
    telemetry.reconfigure(config);
    telemetry.reloaded("ok");
    log.level = config.log.level;
    log.info({ config: configHash(config) }, "configuration reloaded");
    return true;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    telemetry.reloaded("refused");
    log.error({ problems: error.message.split("\n") }, "configuration refused, the old one stays");
    return false;
  }
}

function refuseFixed(config: RouterConfig, now: RouterConfig, file: string): void {
  const changed = fixed.filter((path) => valueAt(config, path) !== valueAt(now, path));
  if (changed.length === 0) return;
  const problem = (path: readonly string[]) => ({
    path: [...path],
    allowed: "what it was at the start",
    fix: "restart the router",
  });
  throw new ConfigurationError(file, changed.map(problem));
}

function valueAt(config: RouterConfig, path: readonly string[]): string {
  const value = path.reduce<unknown>((within, key) => (within as Record<string, unknown> | undefined)?.[key], config);
  return renderJson({ value });
}

/** Calls `changed` whenever one of the files is another; returns what ends it. */
export function watchFiles(files: readonly string[], changed: () => void): () => void {
  let seen = files.map(identityOf);
  const timer = setInterval(() => {
    // While a file is being replaced it is not there: it is the same until there is another.
    const now = files.map((file, index) => identityOf(file) ?? seen[index]);
    if (now.every((identity, index) => identity === seen[index])) return;
    seen = now;
    changed();
  }, lookMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** By more than its time: a platform swaps a mounted file by a link. */
function identityOf(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat && `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
}
