import {
  type BackendName,
  configHash,
  keyVariables,
  parseRouterConfig,
  type RouterConfig,
  renderJson,
} from "../../runtime/config/index.ts";
import type { Place } from "../region/index.ts";
import { type ListenerSecurity, listenOf, mounts } from "./listener.ts";
import { versionName } from "./rollout.ts";

/** What the platform adds to the configuration of a version. */
export interface ClusterSettings {
  readonly version: string;
  readonly config: RouterConfig;
  readonly security: ListenerSecurity;
  /** OTLP over HTTP. */
  readonly otlpEndpoint?: string | undefined;
}

/** A rendered configuration, and the ConfigMap that it is in. */
export interface RenderedConfig {
  readonly config: RouterConfig;
  readonly json: string;
  /** Of the content, 12 hexadecimal digits: what /health tells of the router that runs with it. */
  readonly hash: string;
  /** Holds the hash: another content is another ConfigMap. */
  readonly name: string;
}

/** etcd takes objects of 1.5 MB, and a ConfigMap 1 MiB of data. */
const mostBytes = 1_048_576;

/**
 * The configuration as the router reads it in a cluster. What the stack says wins, but for what the platform alone knows:
 * where it listens, who it is, and that an air-gapped region is one. Providers' keys are read from files, which are read
 * again when Vault rotates them.
 *
 * @throws ConfigurationError, RangeError where it is too large
 */
export function renderClusterConfig(place: Place, settings: ClusterSettings): RenderedConfig {
  const { version, config, otlpEndpoint } = settings;
  const whole: RouterConfig = {
    ...config,
    name: `${place.stack}/${place.name}/${version}`,
    region: place.name,
    airgap: config.airgap || place.airgapped,
    listen: listenOf(settings.security),
    backends: withKeyFiles(config.backends),
    // A roll-out changes the router's name, and must not change whose money it is.
    ledger: { stack: place.stack, directory: mounts.ledger, ...config.ledger },
    telemetry: { ...(otlpEndpoint === undefined ? {} : { otlpEndpoint }), ...config.telemetry },
  };
  const checked = parseRouterConfig(whole, `router.versions.${version} in ${place.name}`);
  const json = renderJson(checked);
  const bytes = Buffer.byteLength(json);
  if (bytes > mostBytes) {
    throw new RangeError(`router.versions.${version}: ${bytes} bytes; a ConfigMap takes ${mostBytes}: make it smaller`);
  }
  const hash = configHash(checked);
  return { config: checked, json, hash, name: `${versionName(version)}-${hash}` };
}

function withKeyFiles(backends: RouterConfig["backends"]): RouterConfig["backends"] {
  const hasKey = (name: string): name is keyof typeof keyVariables => Object.hasOwn(keyVariables, name);
  return Object.fromEntries(
    Object.entries(backends).map(([name, backend]) => [
      name as BackendName,
      hasKey(name) ? { apiKey: { file: `${mounts.keys}/${name}` }, ...backend } : backend,
    ]),
  );
}
