import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

export type Digest = `sha256:${string}`;

export const isDigest = (text: string): text is Digest => /^sha256:[0-9a-f]{64}$/.test(text);

export const digestOf = (content: Uint8Array | string): Digest =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;

export async function digestOfFile(path: string): Promise<Digest> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return `sha256:${hash.digest("hex")}`;
}

/** The digest's number alone, as names of files have it. */
export const hexOf = (digest: Digest): string => digest.slice("sha256:".length);
