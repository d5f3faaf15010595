import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** One ESM file that runs without node_modules, and the hash by which it is known. */
export interface Bundle {
  readonly path: string;
  /** SHA-256 of the file, hexadecimal: the same sources make the same hash in every clone. */
  readonly sha256: string;
}

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
 * Bundles an entry point below `runtime/` into one file whose name holds its hash.
 *
 * @param entry such as `router/main.ts`
 */
export async function bundleRuntime(entry: string): Promise<Bundle> {
  const name = dirname(entry);
  const record = join(bundlesDirectory, `${name}.json`);
  const bundler = (createRequire(import.meta.url)("esbuild/package.json") as { version: string }).version;
  const before = readRecord(record);
  if (before && before.bundler === bundler && isCurrent(name, before)) return bundleOf(name, before.sha256);

  const { build } = await import("esbuild");
  const result = await build({
    entryPoints: [join("runtime", entry)],
    absWorkingDir: projectDirectory,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    banner: { js: banner },
    legalComments: "none",
    logLevel: "silent",
    metafile: true,
    write: false,
  });
  const content = result.outputFiles[0]?.contents;
  if (!content) throw new Error(`esbuild made nothing of runtime/${entry}`);
  const sha256 = createHash("sha256").update(content).digest("hex");
  const bundle = bundleOf(name, sha256);
  const sources = Object.fromEntries(Object.keys(result.metafile.inputs).map((file) => [file, stampOf(file)]));
  writeWhole(bundle.path, content);
  writeWhole(record, JSON.stringify({ sha256, bundler, sources } satisfies Made));
  return bundle;
}

function bundleOf(name: string, sha256: string): Bundle {
  return { path: join(bundlesDirectory, `${name}-${sha256.slice(0, 12)}.mjs`), sha256 };
}

function readRecord(file: string): Made | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Made;
  } catch {
    return undefined;
  }
}

function isCurrent(name: string, { sha256, sources }: Made): boolean {
  if (!existsSync(bundleOf(name, sha256).path)) return false;
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
  mkdirSync(bundlesDirectory, { recursive: true });
  const scratch = `${file}.${process.pid}`;
  writeFileSync(scratch, content);
  renameSync(scratch, file);
}
