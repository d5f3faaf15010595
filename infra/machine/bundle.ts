import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** One ESM file that runs without node_modules, and the hash by which it is known. */
export interface Bundle {
  readonly path: string;
  /** SHA-256 of the file, hexadecimal: the same sources make the same hash in every clone. */
  readonly sha256: string;
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
    write: false,
  });
  const text = result.outputFiles[0]?.contents;
  if (!text) throw new Error(`esbuild made nothing of runtime/${entry}`);
  const sha256 = createHash("sha256").update(text).digest("hex");
  const path = join(bundlesDirectory, `${dirname(entry)}-${sha256.slice(0, 12)}.mjs`);
  if (!existsSync(path)) {
    mkdirSync(bundlesDirectory, { recursive: true });
    const scratch = `${path}.${process.pid}`;
    writeFileSync(scratch, text);
    renameSync(scratch, path);
  }
  return { path, sha256 };
}
