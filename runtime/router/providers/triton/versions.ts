import { hash } from "node:crypto";

/**
 * The version of a model that answers a user: the same user, the same version. Weighted rendezvous hashing: each
 * version draws -ln(u) / weight, with u uniform in (0, 1) by the hash of user, model and version, and the smallest draw
 * wins. Each version wins with the probability weight / sum of weights, and raising one weight moves users to that
 * version only (Schindelhauer and Schomaker, "Weighted distributed hash tables", 2005).
 *
 * @returns undefined where no version has a weight: the server's own policy chooses
 */
export function chooseVersion(
  stickyKey: string,
  model: string,
  weights: Readonly<Record<string, number>>,
): string | undefined {
  let winner: string | undefined;
  let smallest = Number.POSITIVE_INFINITY;
  for (const [version, weight] of Object.entries(weights)) {
    const draw = -Math.log(uniform(JSON.stringify([model, version, stickyKey]))) / weight;
    if (draw < smallest) [winner, smallest] = [version, draw];
  }
  return winner;
}

/** A number strictly between 0 and 1 with 48 bits of the text's SHA-256. */
function uniform(text: string): number {
  const bits = hash("sha256", text, "buffer").readUIntBE(0, 6);
  return (bits + 0.5) / 2 ** 48;
}
