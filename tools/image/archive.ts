import { createWriteStream } from "node:fs";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Header, type HeaderData } from "tar";

/** A file of an archive. */
export interface ArchivedFile {
  /** Relative, with slashes. */
  readonly path: string;
  readonly mode?: 0o644 | 0o755;
  /** Asked for when its turn comes, so that not all are in memory at once. */
  readonly read: () => Uint8Array;
}

const block = 512;

/** A tar of the same bytes wherever and whenever it is made: sorted, owned by root, of 1970, with its folders. */
export function* archive(files: readonly ArchivedFile[]): Generator<Uint8Array> {
  for (const path of foldersOf(files)) yield headerOf({ path: `${path}/`, type: "Directory", mode: 0o755, size: 0 });
  for (const { path, mode = 0o644, read } of files.toSorted(byPath)) {
    const content = read();
    yield headerOf({ path, type: "File", mode, size: content.length });
    yield content;
    yield Buffer.alloc((block - (content.length % block)) % block);
  }
  yield Buffer.alloc(2 * block);
}

/** Writes an archive into a file. */
export async function writeArchive(path: string, files: readonly ArchivedFile[]): Promise<void> {
  await pipeline(Readable.from(archive(files)), createWriteStream(path));
}

function headerOf(data: HeaderData): Buffer {
  const header = new Header({ uid: 0, gid: 0, uname: "", gname: "", mtime: new Date(0), ...data });
  const buffer = Buffer.alloc(block);
  if (header.encode(buffer, 0)) throw new RangeError(`${data.path} is too long a path for a plain tar`);
  return buffer;
}

function foldersOf(files: readonly ArchivedFile[]): readonly string[] {
  const folders = new Set<string>();
  for (const { path } of files) {
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) folders.add(folder);
  }
  return [...folders].sort();
}

const byPath = (one: ArchivedFile, two: ArchivedFile): number => (one.path < two.path ? -1 : 1);
