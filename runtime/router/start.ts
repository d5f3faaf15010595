import type { Server } from "node:http";
import { resolve } from "node:path";
import { ConfigurationError, type RouterConfig } from "../config/index.ts";
import { version } from "../version.ts";
import { Access } from "./access/index.ts";
import { createHttp } from "./http.ts";
import { HybridRouter } from "./hybrid-router.ts";
import { createLog, type Log, type LogDestination } from "./log.ts";
import { type ConfigSource, reload, watchFiles } from "./reload.ts";
import { addressUrl, listen, type Running, renewCertificate } from "./serving/index.ts";
import { openSpending, type Spending } from "./spending/index.ts";
import { createTelemetry, type Telemetry } from "./telemetry/index.ts";

/** A collector gets this long for the last spans; milliseconds. */
const flushMs = 2_000;

/** So long a starting router waits for keys that were changed elsewhere; milliseconds. */
const accessMs = 3_000;

export interface StartOptions {
  /** The folder that relative paths of the configuration start from. */
  readonly baseDirectory?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly logTo?: LogDestination;
  /** Watched: a changed configuration is put in force without dropping a request. */
  readonly source?: ConfigSource;
  /** By default the budgets and the ledger that the configuration describes. */
  readonly spending?: Spending;
}

/** Starts a router that listens; resolves once it answers. */
export async function startRouter(config: RouterConfig, options: StartOptions = {}): Promise<Running> {
  const { baseDirectory = ".", environment = process.env, logTo, source } = options;
  const log = createLog(config, logTo);
  const spending = options.spending ?? openSpending({ config, environment, baseDirectory, log });
  const access = new Access({ config, source: spending.ledger, log });
  const router = new HybridRouter(config, environment, { baseDirectory, spending, access });
  const onProblem = (problem: string) => log.warn({ problem }, "telemetry");
  const telemetry = createTelemetry(config, { version, onProblem });
  telemetry.observe(router.observed());
  const { server, control } = await createHttp({ config, router, log, telemetry, baseDirectory });
  await access.ready(accessMs);
  const address = await listen(server, config.listen.host, config.listen.port);
  const url = addressUrl(config.listen.security.mode === "tls" ? "https" : "http", address);
  log.info({ url, backends: router.backends(), chain: config.failoverChain }, "listening");
  if (access.ring.isEmpty) {
    log.warn(
      "no keys are configured, so every request is refused; make one with --issue-key and add its entry to keys",
    );
  }
  for (const { name, rehearsal } of router.backends()) {
    if (rehearsal) log.warn({ backend: name }, "rehearsal: a scripted stand-in answers for this backend");
  }
  const stopWatching = watch({ config, router, telemetry, log, server, baseDirectory, source });
  return {
    url,
    async drain() {
      log.info("draining");
      stopWatching();
      const clean = await control.drain({ drainMs: config.deadlines.drainMs });
      await Promise.all([router.close(), telemetry.close({ timeoutMs: flushMs })]);
      if (clean) log.info("drained");
      else log.warn({ drainMs: config.deadlines.drainMs }, "drained, with connections cut at the deadline");
    },
  };
}

interface Watched {
  readonly config: RouterConfig;
  readonly router: HybridRouter;
  readonly telemetry: Telemetry;
  readonly log: Log;
  readonly server: Server;
  readonly baseDirectory: string;
  readonly source: ConfigSource | undefined;
}

/** Puts changed files in force while the router runs; returns what ends it. */
function watch({ config, router, telemetry, log, server, baseDirectory, source }: Watched): () => void {
  const stops: (() => void)[] = [];
  if (source) {
    const again = () => void reload(source, router, telemetry, log);
    process.on("SIGHUP", again);
    stops.push(watchFiles([source.file], again), () => process.off("SIGHUP", again));
    // It may have changed since it was read for the start.
    again();
  }
  const { security } = config.listen;
  if (security.mode === "tls") {
    const files = [
      security.certificateFile,
      security.keyFile,
      ...(security.clientCaFile ? [security.clientCaFile] : []),
    ];
    const renew = () => {
      try {
        renewCertificate(server, security, baseDirectory);
        log.info("certificate reloaded");
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        log.error({ problems: error.message.split("\n") }, "certificate refused, the old one stays");
      }
    };
    stops.push(
      watchFiles(
        files.map((file) => resolve(baseDirectory, file)),
        renew,
      ),
    );
  }
  return () => {
    for (const stop of stops) stop();
  };
}
