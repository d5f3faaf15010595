import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import type { Engine } from "./engine.ts";
import { checkoutDirectory, projectDirectory } from "./places.ts";
import type { Progress } from "./progress.ts";
import { whyUnreachable } from "./reach.ts";

/** A provider plugin that the stacks need, and where it came from. */
export interface ProviderPlugin {
  readonly name: string;
  readonly version: string;
  readonly origin: "official" | "offline";
}

/** The providers that have an offline form, by the npm package whose version they must have. */
const offlineProviders = {
  aws: "@pulumi/aws",
  cloudflare: "@pulumi/cloudflare",
  kubernetes: "@pulumi/kubernetes",
  tls: "@pulumi/tls",
  vault: "@pulumi/vault",
} as const;
export type ProviderName = keyof typeof offlineProviders;
const privateHome = join(checkoutDirectory, "home");
const recordFile = join(checkoutDirectory, "providers.json");
/** How long the download of an official plugin may take. */
const downloadMs = 120_000;

/** The plugins in use and the PULUMI_HOME that holds them. */
export interface Plugins {
  readonly providers: readonly ProviderPlugin[];
  /** Ours while one of them is offline: a person's own plugin cache never holds an offline one. */
  readonly home: string;
}

export interface PluginOptions {
  readonly retry?: boolean;
  readonly environment?: NodeJS.ProcessEnv;
  readonly only?: readonly ProviderName[] | undefined;
}

/** A person's own PULUMI_HOME: official plugins and a login may be there. */
export function personalHome(environment: NodeJS.ProcessEnv = process.env): string {
  const home = environment.PULUMI_HOME;
  return home && home !== privateHome ? home : join(homedir(), ".pulumi");
}

/**
 * Makes sure that every provider has a plugin: the official one where it is there or can be had, else ours.
 *
 * @param retry asks for official plugins again that could not be had before
 * @param only those that a stack needs, all by default: an official plugin of a cloud is a large download
 */
export async function ensurePlugins(
  engine: Engine,
  progress: Progress,
  { retry = false, environment = process.env, only }: PluginOptions = {},
): Promise<Plugins> {
  const names = only ?? (Object.keys(offlineProviders) as ProviderName[]);
  const wanted = names.map((name) => ({ name, version: versionOf(offlineProviders[name]) }));
  const personal = personalHome(environment);
  const has = (home: string, plugin: { name: string; version: string }) => existsSync(pluginFile(home, plugin));
  if (wanted.every((plugin) => has(personal, plugin))) {
    return { home: personal, providers: wanted.map((plugin) => ({ ...plugin, origin: "official" })) };
  }
  const record = readRecord();
  const known = retry ? [] : record;
  const providers: ProviderPlugin[] = [];
  for (const plugin of wanted) {
    const recorded = known.find(({ name, version }) => name === plugin.name && version === plugin.version);
    if (recorded && has(privateHome, plugin)) {
      providers.push(recorded);
      continue;
    }
    const folder = join(privateHome, "plugins", folderOf(plugin));
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(privateHome, "plugins"), { recursive: true });
    if (has(personal, plugin)) {
      symlinkSync(join(personal, "plugins", folderOf(plugin)), folder);
      providers.push({ ...plugin, origin: "official" });
      continue;
    }
    const refusal = await download(engine, plugin, environment);
    if (refusal === undefined) {
      providers.push({ ...plugin, origin: "official" });
    } else {
      progress.step(`The official ${plugin.name} provider can't be had (${refusal}); using the offline one.`);
      installOffline(folder, plugin.name);
      providers.push({ ...plugin, origin: "offline" });
    }
  }
  const others = record.filter(({ name }) => !providers.some((provider) => provider.name === name));
  writeFileSync(recordFile, `${JSON.stringify([...others, ...providers], null, 2)}\n`);
  return { home: privateHome, providers };
}

/** Asks the engine for an official plugin; answers why it could not be had. */
async function download(
  engine: Engine,
  { name, version }: { name: string; version: string },
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  if (!environment.PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES) {
    const unreachable = await whyUnreachable("https://get.pulumi.com/");
    if (unreachable) return unreachable;
  }
  try {
    await promisify(execFile)(join(engine.binDirectory, "pulumi"), ["plugin", "install", "resource", name, version], {
      timeout: downloadMs,
      env: { ...environment, PULUMI_HOME: privateHome, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    return existsSync(pluginFile(privateHome, { name, version })) ? undefined : "the engine installed something else";
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const lines = (stderr || message).split("\n").filter((line) => line.trim() !== "");
    return lines.at(-1)?.replace(/^error: /, "") ?? "the engine could not install it";
  }
}

/** Puts a plugin in place that runs this checkout's offline provider. */
function installOffline(folder: string, name: string): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `pulumi-resource-${name}`);
  const target = relative(folder, join(projectDirectory, "tools", "offline", name, `pulumi-resource-${name}`));
  writeFileSync(file, `#!/bin/sh\nexec "$(dirname "$0")/${target}" "$@"\n`);
  chmodSync(file, 0o755);
}

function versionOf(npmName: string): string {
  const manifest = createRequire(import.meta.url)(`${npmName}/package.json`) as { version: string };
  return manifest.version.replace(/^v/, "");
}

const folderOf = ({ name, version }: { name: string; version: string }): string => `resource-${name}-v${version}`;

function pluginFile(home: string, plugin: { name: string; version: string }): string {
  return join(home, "plugins", folderOf(plugin), `pulumi-resource-${plugin.name}`);
}

function readRecord(): ProviderPlugin[] {
  try {
    const record: unknown = JSON.parse(readFileSync(recordFile, "utf8"));
    return Array.isArray(record) ? (record as ProviderPlugin[]) : [];
  } catch {
    return [];
  }
}
