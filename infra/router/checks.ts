import type { RouterClusterArgs } from "./cluster.ts";

export function refuseWeightWithoutRoute({ rollout, route }: RouterClusterArgs): void {
  if (route === undefined && (rollout.weight ?? 0) > 0) {
    throw new RangeError(
      `router.rollout.weight: ${rollout.weight}; without a gateway or a mesh nobody weighs requests: allowed is 0`,
    );
  }
}

export function refuseWithoutDigest(versions: RouterClusterArgs["versions"]): void {
  for (const [version, { imageDigest }] of Object.entries(versions)) {
    if (/^sha256:[0-9a-f]{64}$/.test(imageDigest)) continue;
    throw new RangeError(
      `router.versions.${version}.imageDigest: ${imageDigest}; allowed is sha256: and 64 hexadecimal digits`,
    );
  }
}
