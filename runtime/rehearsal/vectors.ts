import { createHash } from "node:crypto";

const defaultDimensions = 16;

/** A vector of length 1 for a text: the same for the same text, and without any meaning. */
export function vectorOf(text: string, dimensions = defaultDimensions): number[] {
  const bytes: number[] = [];
  for (let block = 0; bytes.length < dimensions; block++) {
    bytes.push(...createHash("sha256").update(`${block}:${text}`).digest());
  }
  const values = bytes.slice(0, dimensions).map((byte) => byte - 127.5);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}
