import { regression } from "../statistics.ts";

/** Memory after so many requests; bytes. */
export interface MemoryPoint {
  readonly requests: number;
  readonly rss: number;
  readonly heap: number;
}

/** How memory went on in the second half of a run, when all caches are full. */
export interface Trend {
  readonly verdict: "flat" | "growing" | "too short to tell";
  /** The fitted line's rise over the second half, as a share of the mean. */
  readonly rise: number;
  readonly bytesPerRequest: number;
}

/** A rise that is no more than this is called flat. */
export const flatRise = 0.05;
/** A slope of fewer standard errors may be chance. */
const sureErrors = 3;
const fewestPoints = 10;

/** Fits a line through the second half of the requests. */
export function trendOf(points: readonly MemoryPoint[], value: (point: MemoryPoint) => number): Trend {
  const total = points.at(-1)?.requests ?? 0;
  const half = points.filter(({ requests }) => requests >= total / 2);
  if (half.length < fewestPoints) return { verdict: "too short to tell", rise: 0, bytesPerRequest: 0 };
  const { slope, error, meanY } = regression(half.map((point) => [point.requests, value(point)]));
  const rise = (slope * (total - (half[0]?.requests ?? 0))) / meanY;
  return { verdict: rise > flatRise && slope > sureErrors * error ? "growing" : "flat", rise, bytesPerRequest: slope };
}
