/**
 * Nodes by the memory that they have, GiB. Source: ElastiCache user guide, "Redis OSS and Valkey node-type specific
 * parameters" (maxmemory), 2026-11.
 */
export const nodeMemory: Readonly<Record<string, number>> = {
  "cache.t4g.small": 1.37,
  "cache.t4g.medium": 3.09,
  "cache.m7g.large": 6.38,
  "cache.r7g.large": 13.07,
  "cache.r7g.xlarge": 26.32,
  "cache.r7g.2xlarge": 52.82,
  "cache.r7g.4xlarge": 105.81,
  "cache.r7g.8xlarge": 209.55,
  "cache.r7g.12xlarge": 317.77,
  "cache.r7g.16xlarge": 419.09,
};

/** What ElastiCache keeps for itself, by default; percent. */
const reservedPercent = 25;

/** The most that a node holds; GiB. */
export const mostMemoryGiB: number = Math.floor(
  (Math.max(...Object.values(nodeMemory)) * (100 - reservedPercent)) / 100,
);

/**
 * The smallest node that holds so much data.
 *
 * @throws RangeError where none does
 */
export function nodeTypeFor(memoryGiB: number): string {
  const [found] = Object.entries(nodeMemory)
    .filter(([, memory]) => (memory * (100 - reservedPercent)) / 100 >= memoryGiB)
    .sort(([, a], [, b]) => a - b);
  if (found === undefined) {
    throw new RangeError(
      `data.redis.memoryGiB: ${memoryGiB}; allowed is at most ${mostMemoryGiB}: raise data.redis.shards`,
    );
  }
  return found[0];
}
