import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory, Failure, type Progress } from "../engine/index.ts";
import { keep } from "../parts/kept.ts";
import { run } from "../parts/run.ts";
import { type Digest, hexOf, isDigest } from "./digest.ts";
import { blobFile, ImageConfig, layoutDigest, Manifest, type PlatformImage } from "./layout.ts";
import { osAndArchitecture, type Platform } from "./platform.ts";

/** An image by repository and digest. */
export interface BaseReference {
  readonly repository: string;
  readonly digest: Digest;
}

/** @throws Failure where it has no digest */
export function parseBase(reference: string): BaseReference {
  const [image = "", digest = ""] = reference.split("@");
  if (image === "" || !isDigest(digest)) {
    throw new Failure(`The base image ${reference} has no digest, and a tag is moved.`, ["--base IMAGE@sha256:..."]);
  }
  return { repository: image.replace(/:[^/:]+$/, ""), digest };
}

/** One platform's base image, pulled once. @throws Failure where it can't be had */
export async function pullBase(
  crane: string,
  base: BaseReference,
  platform: Platform,
  progress: Progress,
): Promise<PlatformImage> {
  const name = `the base image for ${platform}`;
  const directory = join(cacheDirectory(), "image", "bases", `${hexOf(base.digest)}-${platform.replace("/", "-")}`);
  const make = async (scratch: string) => {
    progress.step(`Pulling ${name} from ${base.repository}.`);
    await pull(crane, base, platform, join(scratch, "layout"));
    return [join("layout", "index.json")];
  };
  const layout = join(await keep(directory, name, progress, make), "layout");
  const read = (digest: Digest): unknown => JSON.parse(readFileSync(blobFile(layout, digest), "utf8"));
  const manifest = Manifest.parse(read(layoutDigest(layout)));
  const config = ImageConfig.parse(read(manifest.config.digest));
  const { os, architecture } = osAndArchitecture(platform);
  if (config.os !== os || config.architecture !== architecture) {
    throw new Failure(
      `${base.repository}@${base.digest} is for ${config.os}/${config.architecture}, not ${platform}.`,
      [`--platform ${config.os}/${config.architecture}`, "--base with the digest of an index of several platforms"],
    );
  }
  const layers = manifest.layers.map(({ digest, mediaType, size }, index) => {
    const diffId = config.rootfs.diff_ids[index];
    if (diffId === undefined || !mediaType.endsWith("gzip")) {
      throw new Failure(`${base.repository}@${base.digest} has layers other than tar and gzip: ${mediaType}.`);
    }
    return { diffId, digest, size, read: () => readFileSync(blobFile(layout, digest)) };
  });
  return { platform, config, layers };
}

async function pull(crane: string, base: BaseReference, platform: Platform, layout: string): Promise<void> {
  const reference = `${base.repository}@${base.digest}`;
  try {
    await run(crane, ["pull", "--format=oci", "--platform", platform, reference, layout]);
  } catch (error) {
    throw new Failure(`The base image ${reference} can't be pulled: ${(error as Error).message}`, [
      "name one that you can reach, such as your mirror's: --base IMAGE@sha256:...",
      "log in, if its registry asks for that: npm run image -- --login REGISTRY --user NAME",
    ]);
  }
}
