import { repositoryUrl } from "../infra/platform/index.ts";
import { mirroredRepository } from "../infra/region/index.ts";
import type { StackConfig } from "./config/index.ts";

/** The last part of the repository's name in AWS. */
export const routerImage = "router";

/**
 * Where the clusters of a stack pull the router's image from, without tag and digest; none where it is a process.
 *
 * @param prefix `<project>-<stack>`, as in every physical name
 */
export function routerRepositoriesOf(stack: StackConfig, prefix: string): readonly string[] {
  switch (stack.kind) {
    case "local":
      return [];
    case "cloud":
      return stack.regions.map(({ name }) => repositoryUrl(stack.accountId, { stack: prefix, name }, routerImage));
    case "cluster":
      return stack.router.imageRepository === undefined ? [] : [stack.router.imageRepository];
    case "airgap": {
      const { imageRepository } = stack.router;
      return imageRepository === undefined ? [] : [mirroredRepository(imageRepository, stack.airgap.registryMirror)];
    }
  }
}
