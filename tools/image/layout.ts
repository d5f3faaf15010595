import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { renderJson } from "../../runtime/config/index.ts";
import { type ArchivedFile, writeArchive } from "./archive.ts";
import { type Digest, digestOf, hexOf } from "./digest.ts";
import { osAndArchitecture, type Platform } from "./platform.ts";

/** A layer: a compressed tar. */
export interface Layer {
  /** Of the tar. */
  readonly diffId: Digest;
  /** Of the compressed tar. */
  readonly digest: Digest;
  readonly size: number;
  readonly read: () => Uint8Array;
}

/** https://github.com/opencontainers/image-spec/blob/main/media-types.md */
const mediaTypes = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
} as const;

const Descriptor = z.looseObject({
  digest: z.templateLiteral(["sha256:", z.string().regex(/^[0-9a-f]{64}$/)]),
  mediaType: z.string(),
  size: z.int(),
});
type Descriptor = z.infer<typeof Descriptor>;

const Index = z.looseObject({ manifests: z.tuple([Descriptor]) });

const Annotated = z.looseObject({ annotations: z.record(z.string(), z.string()).optional() });

export const commitLabel = "org.opencontainers.image.revision";

export const Manifest = z.looseObject({ config: Descriptor, layers: z.array(Descriptor) });

/** The configuration of an image, as far as it is read here. */
export const ImageConfig = z.looseObject({
  os: z.string(),
  architecture: z.string(),
  config: z.looseObject({}).optional(),
  rootfs: z.strictObject({ type: z.literal("layers"), diff_ids: z.array(Descriptor.shape.digest) }),
  history: z.array(z.looseObject({})).optional(),
});
export type ImageConfig = z.infer<typeof ImageConfig>;

/** One platform's image: its configuration and its layers, the lowest first. */
export interface PlatformImage {
  readonly platform: Platform;
  readonly config: ImageConfig;
  readonly layers: readonly Layer[];
}

export const blobFile = (layout: string, digest: Digest): string => join(layout, "blobs", "sha256", hexOf(digest));

/**
 * Writes an index of images as an OCI layout.
 *
 * @param annotations of the index
 * @returns the digest of the index
 */
export function writeLayout(
  layout: string,
  images: readonly PlatformImage[],
  annotations: Readonly<Record<string, string>> = {},
): Digest {
  mkdirSync(join(layout, "blobs", "sha256"), { recursive: true });
  const write = (mediaType: string, value: unknown): Descriptor => {
    const text = renderJson(value);
    const digest = digestOf(text);
    writeFileSync(blobFile(layout, digest), text);
    return { mediaType, digest, size: Buffer.byteLength(text) };
  };
  const manifests = images.map(({ platform, config, layers }) => {
    for (const { digest, read } of layers) writeFileSync(blobFile(layout, digest), read());
    const manifest = write(mediaTypes.manifest, {
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      config: write(mediaTypes.config, config),
      layers: layers.map(({ digest, size }) => ({ mediaType: mediaTypes.layer, digest, size })),
    });
    return { ...manifest, platform: osAndArchitecture(platform) };
  });
  const index = write(mediaTypes.index, { schemaVersion: 2, mediaType: mediaTypes.index, manifests, annotations });
  writeFileSync(join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  writeFileSync(join(layout, "index.json"), renderJson({ schemaVersion: 2, manifests: [index] }));
  return index.digest;
}

/** The digest of the one image or index that a layout holds. @throws ZodError where it isn't such a layout */
export const layoutDigest = (layout: string): Digest =>
  Index.parse(JSON.parse(readFileSync(join(layout, "index.json"), "utf8"))).manifests[0].digest;

/** The commit that a layout's index says it was made from. */
export function commitOf(layout: string, digest: Digest): string | undefined {
  const { annotations } = Annotated.parse(JSON.parse(readFileSync(blobFile(layout, digest), "utf8")));
  return annotations?.[commitLabel];
}

/** Writes a layout into one file, the same bytes for the same images; an unfinished one has another name. */
export async function archiveLayout(layout: string, file: string): Promise<void> {
  const blobs = readdirSync(join(layout, "blobs", "sha256")).map((name) => `blobs/sha256/${name}`);
  const paths = [...blobs, "index.json", "oci-layout"];
  const files = paths.map((path): ArchivedFile => ({ path, read: () => readFileSync(join(layout, path)) }));
  const scratch = `${file}.${process.pid}`;
  try {
    await writeArchive(scratch, files);
    renameSync(scratch, file);
  } finally {
    rmSync(scratch, { force: true });
  }
}
