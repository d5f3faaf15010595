import type { ChartVersion, ImageVersion } from "../versions.ts";

/** Vault, as `infra/versions.ts` has the rest. */
export const vaultImage = {
  repository: "docker.io/hashicorp/vault",
  tag: "1.21.4",
  digest: "sha256:4e33b126a59c0c333b76fb4e894722462659a6bec7c48c9ee8cea56fccfd2569",
} as const satisfies ImageVersion;

export const secretsOperatorChart = {
  name: "vault-secrets-operator",
  repository: "https://helm.releases.hashicorp.com",
  version: "1.4.1",
  images: {
    // One source.
    manager: {
      repository: "docker.io/hashicorp/vault-secrets-operator",
      tag: "1.4.1",
      digest: "sha256:1314beb4df53650d1a8c0f70eab1de516e4362329a541156fef5acefbdc18cc8",
    },
    // Newer than the chart's own, of which no public repository pins the digest. One source.
    proxy: {
      repository: "quay.io/brancz/kube-rbac-proxy",
      tag: "v0.21.0",
      digest: "sha256:059a43ab03f230eedb7dde2eb0d910a41e9d7ee04efff0f5cdc7ee614111397a",
    },
  },
} as const satisfies ChartVersion;
