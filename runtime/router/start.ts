import type { RouterConfig } from "../config/index.ts";
import { createHttp } from "./http.ts";
import { HybridRouter } from "./hybrid-router.ts";
import { createLog, type LogDestination } from "./log.ts";
import { addressUrl, listen, type Running } from "./serving/index.ts";

export interface StartOptions {
  /** The folder that relative paths of the configuration start from. */
  readonly baseDirectory?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly logTo?: LogDestination;
}

/** Starts a router that listens; resolves once it answers. */
export async function startRouter(config: RouterConfig, options: StartOptions = {}): Promise<Running> {
  const { baseDirectory = ".", environment = process.env, logTo } = options;
  const log = createLog(config, logTo);
  const router = new HybridRouter(config, environment, { baseDirectory });
  const { server, control } = await createHttp({ config, router, log, baseDirectory });
  const address = await listen(server, config.listen.host, config.listen.port);
  const url = addressUrl(config.listen.security.mode === "tls" ? "https" : "http", address);
  log.info({ url, backends: router.backends(), chain: config.failoverChain }, "listening");
  if (config.keys.length === 0) {
    log.warn(
      "no keys are configured, so every request is refused; make one with --issue-key and add its entry to keys",
    );
  }
  for (const { name, rehearsal } of router.backends()) {
    if (rehearsal) log.warn({ backend: name }, "rehearsal: a scripted stand-in answers for this backend");
  }
  return {
    url,
    async drain() {
      log.info("draining");
      const clean = await control.drain({ drainMs: config.deadlines.drainMs });
      await router.close();
      if (clean) log.info("drained");
      else log.warn({ drainMs: config.deadlines.drainMs }, "drained, with connections cut at the deadline");
    },
  };
}
