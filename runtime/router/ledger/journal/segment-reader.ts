import { type FileHandle, open } from "node:fs/promises";
import { decodeLine, type Line } from "./line.ts";

/** Bytes that are read at once; far more than the longest line. */
const chunkBytes = 256 * 1024;
const newline = 0x0a;

export interface Chunk {
  readonly lines: readonly Line[];
  /** Lines that are not what was written. */
  readonly corrupt: readonly Buffer[];
  /** Where the next chunk begins. */
  readonly end: number;
}

/**
 * Reads whole lines of a segment.
 *
 * @param from where a line begins
 * @param to bytes beyond are not looked at
 * @param most lines that are wanted
 * @returns undefined where no whole line is left
 */
export async function readChunk(file: string, from: number, to: number, most: number): Promise<Chunk | undefined> {
  if (from >= to) return undefined;
  const handle = await open(file, "r");
  try {
    return chunkOf(await bytesOf(handle, from, to), from, most);
  } finally {
    await handle.close();
  }
}

async function bytesOf(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, to - from));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
  return buffer.subarray(0, bytesRead);
}

function chunkOf(bytes: Buffer, from: number, most: number): Chunk | undefined {
  const lines: Line[] = [];
  const corrupt: Buffer[] = [];
  let start = 0;
  while (lines.length < most) {
    const end = bytes.indexOf(newline, start);
    if (end < 0) break;
    const bare = bytes.subarray(start, end);
    const line = decodeLine(bare);
    if (line) lines.push(line);
    else corrupt.push(bare);
    start = end + 1;
  }
  if (start > 0) return { lines, corrupt, end: from + start };
  // No line of ours is so long.
  return bytes.length === chunkBytes ? { lines, corrupt: [bytes], end: from + bytes.length } : undefined;
}
