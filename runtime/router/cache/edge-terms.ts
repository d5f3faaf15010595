import { hash } from "node:crypto";
import type { CacheConfig } from "../../config/index.ts";
import type { EdgeTerms } from "../../edge/protocol.ts";
import type { AnswerName } from "../replay/index.ts";

export interface TermsAsked {
  readonly name: AnswerName;
  /** What answers of the tenant depend on, beside their requests. */
  readonly era: string;
  /** Of an answer that was found; absent where none was. */
  readonly ageMs?: number | undefined;
}

/**
 * What an edge may do; undefined where it may do nothing. Only what was found is kept there: it is whole, ended well, and
 * somebody asked for it twice.
 */
export function termsOf({ edgeTtlMs, ttlMs }: CacheConfig, { name, era, ageMs }: TermsAsked): EdgeTerms | undefined {
  if (edgeTtlMs === 0) return undefined;
  const generation = hash("sha256", JSON.stringify([name.tenant, era])).slice(0, 32);
  const seconds = ageMs === undefined ? 0 : Math.floor(Math.min(edgeTtlMs, ttlMs - ageMs) / 1_000);
  return { generation, keep: seconds > 0 ? { seconds, answer: name.digest } : undefined };
}
