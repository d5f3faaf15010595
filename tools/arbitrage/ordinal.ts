/** A row of features with the index of its tier, 0 for the smallest. */
export interface Example {
  readonly features: readonly number[];
  readonly tier: number;
}

export interface OrdinalModel {
  readonly weights: readonly number[];
  /** The score at which a tier begins, for each tier but the first. */
  readonly cuts: readonly [number, number];
}

const iterations = 500;

/**
 * Fits the proportional-odds model, P(tier <= k | x) = sigmoid(cut_k - w.x) (McCullagh, Regression Models for Ordinal
 * Data, 1980), by maximum likelihood with a ridge penalty on the weights of standardised features. Each weight
 * keeps to its sign. Accelerated projected gradient with a fixed step and a fixed number of steps: the same examples
 * give the same model.
 *
 * @param signs of the weights, 1 or -1
 * @param ridge penalty per example: `ridge / 2 * |w|^2`
 */
export function fitOrdinal(examples: readonly Example[], signs: readonly number[], ridge: number): OrdinalModel {
  const columns = signs.map((_, j) => examples.map(({ features }) => features[j] ?? 0));
  const middle = columns.map(mean);
  const scale = columns.map((column) => 1 / (deviation(column) || 1));
  const rows = examples.map(({ features, tier }) => ({
    x: Float64Array.from(features, (value, j) => (value - (middle[j] ?? 0)) * (scale[j] ?? 0)),
    tier,
  }));
  // The weights, then the two cuts, whose sign is free.
  const limits = [...signs, 0, 0];
  const step = 1 / (0.5 * signs.length + ridge + 1);
  let at = Float64Array.from([...signs.map(() => 0), -1, 1]);
  let ahead = at;
  for (let i = 0; i < iterations; i++) {
    const slope = gradient(rows, ahead, ridge);
    const next = ahead.map((value, j) => keepSign(value - step * (slope[j] ?? 0), limits[j] ?? 0));
    // Nesterov's momentum.
    ahead = next.map((value, j) => value + (i / (i + 3)) * (value - (at[j] ?? 0)));
    at = next;
  }
  const weights = signs.map((_, j) => (at[j] ?? 0) * (scale[j] ?? 0));
  const centre = weights.reduce((sum, weight, j) => sum + weight * (middle[j] ?? 0), 0);
  const [low = 0, high = 0] = at.slice(signs.length);
  return { weights, cuts: [low + centre, high + centre] };
}

/** Of the mean negative log-likelihood plus the penalty, by each weight and then by each cut. */
function gradient(rows: readonly { x: Float64Array; tier: number }[], at: Float64Array, ridge: number): Float64Array {
  const size = at.length - 2;
  const low = at[size] ?? 0;
  const high = at[size + 1] ?? 0;
  const slope = new Float64Array(at.length);
  let byLow = 0;
  let byHigh = 0;
  for (const { x, tier } of rows) {
    let score = 0;
    for (let j = 0; j < size; j++) score += (x[j] ?? 0) * (at[j] ?? 0);
    const a = sigmoid(low - score);
    const b = sigmoid(high - score);
    const byScore = tier === 0 ? 1 - a : tier === 1 ? 1 - a - b : -b;
    for (let j = 0; j < size; j++) slope[j] = (slope[j] ?? 0) + (x[j] ?? 0) * byScore;
    byLow += tier === 0 ? a - 1 : tier === 1 ? (a * (1 - a)) / (b - a) : 0;
    byHigh += tier === 2 ? b : tier === 1 ? (b * (b - 1)) / (b - a) : 0;
  }
  slope[size] = byLow;
  slope[size + 1] = byHigh;
  return slope.map((sum, j) => sum / rows.length + (j < size ? ridge * (at[j] ?? 0) : 0));
}

export function scoreOf({ weights }: OrdinalModel, features: readonly number[]): number {
  return features.reduce((sum, value, j) => sum + value * (weights[j] ?? 0), 0);
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function keepSign(value: number, sign: number): number {
  return sign !== 0 && value * sign < 0 ? 0 : value;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}
