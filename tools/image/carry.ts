import { existsSync } from "node:fs";
import { extract } from "tar";
import { Failure } from "../engine/index.ts";
import type { Digest } from "./digest.ts";
import { commitOf, layoutDigest } from "./layout.ts";

/** Unpacks what `--output` wrote. @returns the image's digest, and the commit that it was made from */
export async function unpackLayout(
  file: string,
  layout: string,
): Promise<{ digest: Digest; commit?: string | undefined }> {
  if (!existsSync(file)) throw new Failure(`There is no file ${file}.`);
  try {
    await extract({ file, cwd: layout, strict: true });
    const digest = layoutDigest(layout);
    return { digest, commit: commitOf(layout, digest) };
  } catch {
    throw new Failure(`${file} holds no image.`, ["make one: npm run image -- --output FILE.tar"]);
  }
}
