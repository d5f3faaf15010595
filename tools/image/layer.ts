import { statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzip } from "fflate";
import { cacheDirectory, type Progress } from "../engine/index.ts";
import { findKept, keep } from "../parts/kept.ts";
import { type ArchivedFile, archive } from "./archive.ts";
import { digestOf, digestOfFile, hexOf } from "./digest.ts";
import type { Layer } from "./layout.ts";

const compressor = (createRequire(import.meta.url)("fflate/package.json") as { version: string }).version;
/** Higher levels take many times as long for a hundredth of the size. */
const level = 4;
const blob = "layer.tar.gz";

/**
 * A layer of these files. Its compressed form is kept by its content. Node's own zlib would compress faster, but to other
 * bytes on other processors: the same commit would have another digest on another machine.
 */
export async function makeLayer(name: string, files: readonly ArchivedFile[], progress: Progress): Promise<Layer> {
  const tar = Buffer.concat([...archive(files)]);
  const diffId = digestOf(tar);
  const directory = join(cacheDirectory(), "image", "layers", `${hexOf(diffId)}-${compressor}-${level}`);
  const make = async (scratch: string) => {
    progress.step(`Compressing ${name}.`);
    writeFileSync(join(scratch, blob), await compress(tar));
    return [blob];
  };
  const kept = findKept(directory) ?? (await keep(directory, name, progress, make));
  const file = join(kept, blob);
  return { diffId, digest: await digestOfFile(file), size: statSync(file).size, file };
}

function compress(content: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    gzip(content, { level, mtime: 0 }, (error, compressed) => (error ? reject(error) : resolve(compressed)));
  });
}
