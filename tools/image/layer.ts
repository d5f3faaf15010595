import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzip } from "fflate";
import { cacheDirectory, type Progress } from "../engine/index.ts";
import { keep } from "../parts/kept.ts";
import { type ArchivedFile, archive } from "./archive.ts";
import { type Digest, digestOf, hexOf } from "./digest.ts";
import type { Layer } from "./layout.ts";

const compressor = (createRequire(import.meta.url)("fflate/package.json") as { version: string }).version;
/** Higher levels take many times as long for a hundredth of the size. */
const level = 4;
const blob = "layer.tar.gz";

/** A layer of these files. */
export async function makeLayer(files: readonly ArchivedFile[]): Promise<Layer> {
  const tar = Buffer.concat([...archive(files)]);
  const compressed = await compress(tar);
  return layerOf(digestOf(tar), () => compressed);
}

/** The same of files that are large and seldom others: its compressed form is kept, by its content. */
export async function keptLayer(name: string, files: readonly ArchivedFile[], progress: Progress): Promise<Layer> {
  const tar = Buffer.concat([...archive(files)]);
  const diffId = digestOf(tar);
  const directory = join(cacheDirectory(), "image", "layers", `${hexOf(diffId)}-${compressor}-${level}`);
  const make = async (scratch: string) => {
    progress.step(`Compressing ${name}.`);
    writeFileSync(join(scratch, blob), await compress(tar));
    return [blob];
  };
  const kept = await keep(directory, name, progress, make);
  return layerOf(diffId, () => readFileSync(join(kept, blob)));
}

function layerOf(diffId: Digest, read: () => Uint8Array): Layer {
  const compressed = read();
  return { diffId, digest: digestOf(compressed), size: compressed.length, read };
}

/**
 * Node's own zlib would be faster, but is compiled differently for each kind of processor, and its output may differ: the
 * same commit would have another digest on another machine.
 */
function compress(content: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    gzip(content, { level, mtime: 0 }, (error, compressed) => (error ? reject(error) : resolve(compressed)));
  });
}
