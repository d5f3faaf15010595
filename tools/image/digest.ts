import { createHash } from "node:crypto";

export type Digest = `sha256:${string}`;

export const isDigest = (text: string): text is Digest => /^sha256:[0-9a-f]{64}$/.test(text);

export const digestOf = (content: Uint8Array | string): Digest =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`;

/** The digest's number alone, as names of files have it. */
export const hexOf = (digest: Digest): string => digest.slice("sha256:".length);
