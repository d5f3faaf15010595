import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "../../engine/index.ts";

/** Where packages are kept: by what pins them, so that a change of one version is another folder. */
export function keptIn(kind: string, pins: string): string {
  const hash = createHash("sha256").update(readFileSync(pins)).digest("hex").slice(0, 16);
  return join(cacheDirectory(), "parts", kind, `${hash}-${process.platform}-${process.arch}`);
}
