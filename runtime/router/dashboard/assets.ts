import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliCompress, gzip } from "node:zlib";
import type { DashboardFiles } from "../../dashboard/build.ts";

export interface Asset {
  readonly type: string;
  readonly identity: Buffer;
  readonly gzip: Buffer;
  readonly br: Buffer;
}

export interface Assets {
  /** With its placeholders. */
  page(name: "index.html" | "sign-in.html" | "elsewhere.html"): string;
  asset(name: string): Asset | undefined;
}

const types: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

let loaded: Promise<Assets> | undefined;

/** The dashboard's files, compressed once: those that were built with this router, else made now from their sources. */
export function loadAssets(): Promise<Assets> {
  loaded ??= load().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load(): Promise<Assets> {
  const files = await readFiles();
  const assets = new Map<string, Asset>();
  await Promise.all(
    Object.entries(files).map(async ([name, text]) => {
      const type = types[name.slice(name.lastIndexOf(".") + 1)];
      if (type === undefined) return;
      const identity = Buffer.from(text);
      const [zipped, br] = await Promise.all([promisify(gzip)(identity), promisify(brotliCompress)(identity)]);
      assets.set(name, { type, identity, gzip: zipped, br });
    }),
  );
  return {
    page: (name) => files[name] ?? "",
    asset: (name) => assets.get(name),
  };
}

async function readFiles(): Promise<DashboardFiles> {
  const built = new URL("./dashboard.json", import.meta.url);
  if (existsSync(built)) return JSON.parse(await readFile(built, "utf8")) as DashboardFiles;
  // Not a name that a bundler follows: it would bundle itself.
  const builder = new URL("../../dashboard/build.ts", import.meta.url).href;
  const { buildDashboard } = (await import(builder)) as typeof import("../../dashboard/build.ts");
  return (await buildDashboard()).files;
}
