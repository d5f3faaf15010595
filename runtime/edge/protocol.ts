/** What edge and router say to each other. Nothing here is of Node: the edge has none. */

/** Whose answers may be given again. Not /v1/route: its answers say in their bodies what they cost. */
export const cacheableRoutes = ["/v1/chat/completions", "/v1/messages", "/v1/embeddings"] as const;
export type CacheableRoute = (typeof cacheableRoutes)[number];

/** Tells an edge, and nobody else, on which terms it may keep an answer. */
export const edgeTermsHeader = "x-router-edge-terms";

export interface EdgeTerms {
  /** Names all answers of a tenant that may be given again now; another one forbids what was kept before. */
  readonly generation: string;
  /** Absent where this answer is not to be kept. */
  readonly keep?: Keep | undefined;
}

export interface Keep {
  readonly seconds: number;
  /** The router's own name for the answer, by which an edge tells that it gave it again. */
  readonly answer: string;
}

export function edgeTermsText({ generation, keep }: EdgeTerms): string {
  return `generation=${generation}${keep ? `; keep=${keep.seconds}; answer=${keep.answer}` : ""}`;
}

const termsPattern = /^generation=([0-9a-f]{32})(?:; keep=(\d{1,6}); answer=([0-9a-f]{64}))?$/;

/** Undefined where there are none, or none that this edge understands. */
export function readEdgeTerms(text: string | null): EdgeTerms | undefined {
  const [, generation, seconds, answer] = termsPattern.exec(text ?? "") ?? [];
  if (generation === undefined) return undefined;
  return { generation, keep: answer === undefined ? undefined : { seconds: Number(seconds), answer } };
}

/** Where an edge tells of an answer that it gave again. */
export const cacheHitsPath = "/v1/cache/hits";

/** What it tells. */
export interface CacheHit {
  readonly route: CacheableRoute;
  readonly answer: string;
  /** What the client waited for; milliseconds. */
  readonly latency_ms: number;
}
