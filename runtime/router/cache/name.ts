import { hash } from "node:crypto";
import { canonical } from "./canonical.ts";

export type Body = Readonly<Record<string, unknown>>;

/** All that an answer may depend on, beside whose it is. */
export interface Asked {
  readonly tenant: string;
  readonly route: string;
  readonly wire: string;
  /** Those that change an answer. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** Only backends of our own may answer. */
  readonly sovereign: boolean;
  /** Whom the request's model would be asked of: a name of the configuration. */
  readonly generation: string;
  /** Who gets which version in an A/B test; absent where there is none. */
  readonly stickyKey?: string | undefined;
  readonly body: Body;
}

/** Who asks, and what for: the answer is the same. */
const idle: ReadonlySet<string> = new Set([
  "user",
  "metadata",
  "safety_identifier",
  "prompt_cache_key",
  "prompt_cache_retention",
  "stream",
  "stream_options",
]);

/** SHA-256 of a request: the same for two that any model would be asked the same by, and never for others. */
export function digestOf({ body, ...asked }: Asked): string {
  // Without a prototype: a client may call a field `__proto__`.
  const told: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(body)) if (!idle.has(key) && body[key] !== null) told[key] = body[key];
  // A stream is given again as a stream, with the usage that was asked for.
  const options = body.stream_options as { readonly include_usage?: unknown } | null | undefined;
  const form = body.stream === true ? ["stream", options?.include_usage === true] : ["json"];
  return hash("sha256", canonical({ ...asked, form, body: told }));
}
