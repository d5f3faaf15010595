import type { BackendReference } from "../workload/index.ts";

/** Which versions serve; the names are keys of `router.versions`. */
export interface Rollout {
  readonly stable: string;
  readonly candidate?: string | undefined;
  /** Percent of the requests for the candidate. */
  readonly weight?: number | undefined;
}

/** The Service and the Deployment of a version. */
export const versionName = (version: string): string => `router-${version}`;

/**
 * The versions that run. A candidate with the weight 0 runs too: after a promotion the version before can be kept as
 * such, and going back to it is `weight: 100`, with its pods already there.
 *
 * @throws RangeError where a version isn't listed, or the candidate is the stable one
 */
export function servingVersions({ stable, candidate }: Rollout, listed: readonly string[]): readonly string[] {
  const serving = candidate === undefined ? [stable] : [stable, candidate];
  for (const version of serving) {
    if (!listed.includes(version)) {
      throw new RangeError(`router.rollout: ${version} is not listed; allowed: ${listed.join(", ")}`);
    }
  }
  if (candidate === stable) throw new RangeError(`router.rollout.candidate: ${stable} is the stable version already`);
  return serving;
}

/**
 * Where requests go, in percent: weights of 0 to 100 that add up to 100.
 *
 * @throws RangeError as `servingVersions`, or for a weight that is no share
 */
export function backendReferences(rollout: Rollout, listed: readonly string[], port: number): BackendReference[] {
  const { candidate, weight = 0 } = rollout;
  const [stable = "", ...others] = servingVersions(rollout, listed);
  if (!Number.isInteger(weight) || weight < 0 || weight > 100) {
    throw new RangeError(`router.rollout.weight: ${weight}; allowed is a whole number from 0 to 100`);
  }
  const share = candidate === undefined ? 0 : weight;
  return [
    { name: versionName(stable), port, weight: 100 - share },
    ...others.map((version) => ({ name: versionName(version), port, weight: share })),
  ];
}
