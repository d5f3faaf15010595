import type { ImageVersion } from "../versions.ts";

/**
 * Model servers, as `infra/versions.ts` has the rest: digests read in public repositories that pin these images, two of
 * them or more where nothing else is said.
 */
export const modelServers = {
  ollama: {
    repository: "docker.io/ollama/ollama",
    tag: "0.13.5",
    digest: "sha256:2c9595c555fd70a28363489ac03bd5bf9e7c5bdf2890373c3a830ffd7252ce6d",
  },
  triton: {
    repository: "nvcr.io/nvidia/tritonserver",
    tag: "25.06-py3",
    // Three run this digest; one source for its tag.
    digest: "sha256:75bcfa5b0043898ece3e603c17a5bbbb1c9bddc390563db24312ef59d83735e5",
  },
} as const satisfies Readonly<Record<string, ImageVersion>>;

/** Another image in its place, with its digest, or this one. */
export const imageOf = (server: keyof typeof modelServers, own: string | undefined): string => {
  const { repository, tag, digest } = modelServers[server];
  return own ?? `${repository}:${tag}@${digest}`;
};
