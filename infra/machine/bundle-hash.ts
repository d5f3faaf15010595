import { createHash } from "node:crypto";

const hashOf = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

/**
 * SHA-256 of a program, hexadecimal; where files lie beside it, that of a list of all hashes.
 *
 * @param beside content by name, in whatever order
 */
export function bundleHash(program: Uint8Array, beside: ReadonlyMap<string, Uint8Array> = new Map()): string {
  if (beside.size === 0) return hashOf(program);
  const lines = Array.from(beside, ([name, content]) => `${hashOf(content)}  ${name}\n`).sort();
  return hashOf(`${hashOf(program)}\n${lines.join("")}`);
}
