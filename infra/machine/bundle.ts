import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { buildDashboard } from "../../runtime/dashboard/build.ts";
import { bundleHash } from "./bundle-hash.ts";

/** One ESM file that runs without node_modules, what it loads from beside it, and the hash by which they are known. */
export interface Bundle {
  readonly path: string;
  /** Names of files in the same folder. */
  readonly beside?: readonly string[];
  /** As `bundleHash` says, hexadecimal: the same sources make the same hash in every clone. */
  readonly sha256: string;
}

/** What an entry's bundle has beside it: what else is built, by its name, and files of packages as they are. */
interface Beside {
  readonly built: Readonly<Record<string, () => Promise<Built>>>;
  readonly files: readonly string[];
}

const besideOf: Readonly<Record<string, Beside>> = {
  "router/main.ts": {
    built: {
      "pglite-worker.mjs": () => build("router/ledger/database/pglite-worker.ts"),
      "dashboard.json": buildPage,
    },
    files: ["pglite.wasm", "pglite.data", "initdb.wasm"].map((file) => `@electric-sql/pglite/dist/${file}`),
  },
};

/** Entries that run elsewhere than on Node, where nothing of it can be loaded. */
const elsewhere: ReadonlySet<string> = new Set(["edge/main.ts"]);

/** A bundle and what it was made from, so that an unchanged one is not made again by every preview. */
interface Made extends Pick<Bundle, "sha256"> {
  readonly bundler: string;
  /** Modification time (ms) and size of each source file, by its path from the project's top. */
  readonly sources: Readonly<Record<string, readonly [mtimeMs: number, size: number]>>;
}

const projectDirectory = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const bundlesDirectory = join(projectDirectory, ".pulumi", "bundles");

/** CommonJS packages within an ESM bundle still ask for require. */
const banner =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

/**
 * Bundles an entry point below `runtime/`, into a folder whose name holds its hash.
 *
 * @param entry such as `router/main.ts`
 */
export async function bundleRuntime(entry: string): Promise<Bundle> {
  const name = dirname(entry);
  const record = recordOf(entry);
  const bundler = (createRequire(import.meta.url)("esbuild/package.json") as { version: string }).version;
  const { built, files } = besideOf[entry] ?? { built: {}, files: [] };
  const names = Object.keys(built);
  const beside = [...names, ...files.map((file) => basename(file))].sort();
  const before = readRecord(record);
  if (before && before.bundler === bundler && isCurrent(bundleOf(name, beside, before.sha256), before)) {
    return bundleOf(name, beside, before.sha256);
  }

  const main = await build(entry);
  const others = await Promise.all(Object.values(built).map((make) => make()));
  const packaged = files.map(resolvePackaged);
  const contents = new Map(
    [
      ...names.map((file, index) => [file, others[index]?.content ?? new Uint8Array()] as const),
      ...packaged.map((file) => [basename(file), readFileSync(file)] as const),
    ].sort(([one], [two]) => (one < two ? -1 : 1)),
  );
  const sha256 = bundleHash(main.content, contents);
  const bundle = bundleOf(name, beside, sha256);
  const inputs = [main, ...others].flatMap((each) => each.inputs);
  const sources = [...inputs, ...packaged.map((file) => relative(projectDirectory, file))];
  const stamps = Object.fromEntries(sources.map((file) => [file, stampOf(file)]));
  for (const [file, content] of contents) writeWhole(join(dirname(bundle.path), file), content);
  // Last: where it is there, everything is.
  writeWhole(bundle.path, main.content);
  writeWhole(record, JSON.stringify({ sha256, bundler, sources: stamps } satisfies Made));
  return bundle;
}

/** The files that the last bundle of an entry point was made from, by their paths from the project's top. */
export function bundledSources(entry: string): readonly string[] {
  return Object.keys(readRecord(recordOf(entry))?.sources ?? {});
}

const recordOf = (entry: string): string => join(bundlesDirectory, `${dirname(entry)}.json`);

interface Built {
  readonly content: Uint8Array;
  /** From the project's top. */
  readonly inputs: readonly string[];
}

async function build(entry: string): Promise<Built> {
  const esbuild = await import("esbuild");
  const result = await esbuild.build({
    entryPoints: [join("runtime", entry)],
    absWorkingDir: projectDirectory,
    bundle: true,
    format: "esm",
    ...(elsewhere.has(entry)
      ? { platform: "neutral", target: "es2024" }
      : { platform: "node", target: "node22", banner: { js: banner } }),
    legalComments: "none",
    logLevel: "silent",
    metafile: true,
    write: false,
  });
  const content = result.outputFiles[0]?.contents;
  if (!content) throw new Error(`esbuild made nothing of runtime/${entry}`);
  return { content, inputs: Object.keys(result.metafile.inputs) };
}

/** The dashboard's page with all that it loads, in one file that the router reads when somebody looks. */
async function buildPage(): Promise<Built> {
  const { files, inputs } = await buildDashboard();
  return { content: Buffer.from(JSON.stringify(files)), inputs };
}

/** A package's file that its `exports` don't name: found beside its main module, wherever the package is installed. */
function resolvePackaged(file: string): string {
  const [scope = "", name = "", ...path] = file.split("/");
  const resolved = createRequire(import.meta.url).resolve(`${scope}/${name}`);
  return join(resolved.slice(0, resolved.lastIndexOf(join(scope, name))), scope, name, ...path);
}

function bundleOf(name: string, beside: readonly string[], sha256: string): Bundle {
  const stem = `${name}-${sha256.slice(0, 12)}`;
  if (beside.length === 0) return { path: join(bundlesDirectory, `${stem}.mjs`), sha256 };
  return { path: join(bundlesDirectory, stem, `${name}.mjs`), beside, sha256 };
}

function readRecord(file: string): Made | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Made;
  } catch {
    return undefined;
  }
}

function isCurrent({ path, beside = [] }: Bundle, { sources }: Made): boolean {
  const files = [path, ...beside.map((file) => join(dirname(path), file))];
  if (!files.every((file) => existsSync(file))) return false;
  return Object.entries(sources).every(([file, [mtimeMs, size]]) => {
    const now = stampOf(file);
    return now[0] === mtimeMs && now[1] === size;
  });
}

function stampOf(file: string): [mtimeMs: number, size: number] {
  const found = statSync(join(projectDirectory, file), { throwIfNoEntry: false });
  return found ? [found.mtimeMs, found.size] : [0, -1];
}

function writeWhole(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  const scratch = `${file}.${process.pid}`;
  writeFileSync(scratch, content);
  renameSync(scratch, file);
}
