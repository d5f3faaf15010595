import { randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { silent } from "../../../tools/engine/index.ts";
import type { ArchivedFile } from "../../../tools/image/archive.ts";
import { makeLayer } from "../../../tools/image/layer.ts";
import { type ImageConfig, type Layer, type PlatformImage, writeLayout } from "../../../tools/image/layout.ts";
import { osAndArchitecture, type Platform, platforms } from "../../../tools/image/platform.ts";
import { pushImage } from "../../../tools/image/push.ts";
import { run } from "../../../tools/parts/run.ts";
import { scratchDirectory } from "../support.ts";

/** The platform of this machine. */
export const thisPlatform: Platform = process.arch === "arm64" ? "linux/arm64" : "linux/amd64";

/**
 * Pushes a stand-in for the base image, which no registry that can be reached here has: this machine's own C and C++
 * libraries, those that Node asks for. For the other platform it holds no program.
 *
 * @returns its reference, with the digest of an index
 */
export async function pushStandIn(crane: string, host: string): Promise<string> {
  const layout = scratchDirectory("stand-in");
  try {
    const images: PlatformImage[] = [];
    for (const platform of platforms) {
      const files = platform === thisPlatform ? await libraries() : [markerOf(platform)];
      const layer = await makeLayer(files);
      images.push({ platform, config: configOf(platform, layer), layers: [layer] });
    }
    const repository = `${host}/stand-in-of-this-machines-glibc`;
    const digest = writeLayout(layout, images);
    await pushImage(crane, { layout, digest, target: `${repository}:1` }, silent);
    return `${repository}@${digest}`;
  } finally {
    rmSync(layout, { recursive: true });
  }
}

/** As `ldd` finds them, by the names that Node's dynamic linker looks for. */
async function libraries(): Promise<readonly ArchivedFile[]> {
  const found = await run("ldd", [process.execPath]);
  const paths = found.match(/\/\S+(?= \(0x)/g) ?? [];
  return paths.map((path) => ({ path: path.slice(1), mode: 0o755, read: () => readFileSync(path) }));
}

const markerOf = (platform: Platform): ArchivedFile => ({
  path: "etc/stand-in",
  read: () => Buffer.from(`no libraries for ${platform}\n`),
});

/** The label makes each one new, so that it is pulled and not found in a cache. */
const configOf = (platform: Platform, { diffId }: Layer): ImageConfig => ({
  ...osAndArchitecture(platform),
  config: {
    User: "0",
    Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    Labels: { run: randomUUID() },
  },
  rootfs: { type: "layers", diff_ids: [diffId] },
  history: [{ created_by: "this machine" }],
});
