import { unprivilegedUser } from "../../infra/workload/index.ts";
import { version } from "../../runtime/version.ts";
import type { Progress } from "../engine/index.ts";
import { type BaseReference, pullBase } from "./base.ts";
import type { Digest } from "./digest.ts";
import { keptLayer, makeLayer } from "./layer.ts";
import { commitLabel, type ImageConfig, type Layer, type PlatformImage, writeLayout } from "./layout.ts";
import { nodeFiles, nodePath } from "./node.ts";
import type { Platform } from "./platform.ts";
import type { Revision } from "./revision.ts";
import { routerFiles, routerPath } from "./router.ts";

export interface ImageArgs {
  /** crane's file. */
  readonly crane: string;
  readonly base: BaseReference;
  readonly platforms: readonly Platform[];
  readonly revision: Revision;
}

/**
 * Makes the router's image for each platform, and an index of them, as an OCI layout in a folder: the base, Node, and the
 * bundle, each in a layer of its own, so that a new router brings a few megabytes to a node that had the last one.
 *
 * @returns the index's digest
 */
export async function makeImage(layout: string, args: ImageArgs, progress: Progress): Promise<Digest> {
  const { crane, base, revision } = args;
  const router = await makeLayer(await routerFiles());
  const images: PlatformImage[] = [];
  for (const platform of args.platforms) {
    const below = await pullBase(crane, base, platform, progress);
    const node = await keptLayer(`Node for ${platform}`, await nodeFiles(platform, progress), progress);
    const added = [node, router];
    images.push({ platform, config: configOf(below.config, added, revision), layers: [...below.layers, ...added] });
  }
  return writeLayout(layout, images, { ...labelsOf(revision), "org.opencontainers.image.base.digest": base.digest });
}

/** The base's configuration, with what a pod needs to run the router without saying how. */
function configOf(base: ImageConfig, added: readonly Layer[], revision: Revision): ImageConfig {
  const { config, rootfs, history } = base;
  const labels = labelsOf(revision);
  const steps = ["Node", "the router"].map((what) => ({
    created: revision.created,
    created_by: `hybrid-llm: ${what}`,
  }));
  return {
    ...base,
    created: revision.created,
    config: {
      ...config,
      // By number: the kubelet can't tell whether a name is root.
      User: `${unprivilegedUser}:${unprivilegedUser}`,
      Entrypoint: [nodePath, routerPath],
      Cmd: [],
      WorkingDir: "/",
      Labels: labels,
    },
    rootfs: { ...rootfs, diff_ids: [...rootfs.diff_ids, ...added.map(({ diffId }) => diffId)] },
    ...(history ? { history: [...history, ...steps] } : {}),
  };
}

/** https://github.com/opencontainers/image-spec/blob/main/annotations.md */
const labelsOf = ({ commit, created }: Revision): Record<string, string> => ({
  "org.opencontainers.image.title": "hybrid-llm router",
  "org.opencontainers.image.licenses": "Apache-2.0",
  "org.opencontainers.image.version": version,
  "org.opencontainers.image.created": created,
  ...(commit === undefined ? {} : { [commitLabel]: commit }),
});
