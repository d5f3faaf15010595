import { z } from "zod";

const flag = z.enum(["true", "false", "1", "0"]);

/** Headers that a client may send, beside its key. */
export const requestHeaders = {
  "x-request-id": z
    .string()
    .regex(/^[\w.:-]{1,128}$/)
    .meta({ description: "Names the request in logs and traces; made here where it is none." }),
  traceparent: z.string().meta({ description: "W3C trace context: the trace that this request is a part of." }),
  tracestate: z.string().meta({ description: "W3C trace context." }),
  "x-router-region": z.string().meta({ description: "Pins the request: a router of another region refuses it." }),
  "x-router-sovereign": flag.meta({ description: "true: only backends of our own may answer. It can only tighten." }),
  "idempotency-key": z
    .string()
    .regex(/^[\x20-\x7e]{1,255}$/)
    .meta({ description: "Of one request: its repeats get the same answer, and no provider is asked again." }),
  "x-router-cache": z.enum(["on", "off"]).meta({
    description: "on: may be answered from the cache, also where only deterministic requests are; off: never.",
  }),
  "cache-control": z.string().meta({
    description: "no-store: as x-router-cache: off; no-cache: answered anew; max-age: from an answer no older.",
  }),
  "x-router-feature": z.string().max(256).meta({ description: "The client's own label, by which costs are reported." }),
  "anthropic-version": z.string().meta({ description: "The version of the wire that the client speaks." }),
  "anthropic-beta": z.string().meta({ description: "Features beside that version, for Claude." }),
} as const;
export type RequestHeader = keyof typeof requestHeaders;

const count = z.string().regex(/^\d+$/);

/** Headers that an answer may have. */
export const responseHeaders = {
  "x-request-id": z.string().meta({ description: "The request's name in logs and traces." }),
  "x-router-backend": z.string().meta({ description: "The backend that answered, or was asked last." }),
  "x-router-model": z.string().meta({ description: "Its model." }),
  "x-router-attempts": count.meta({ description: "How often a backend was asked." }),
  "x-router-reason": z.string().meta({ description: "Why this model." }),
  "x-router-max-output-tokens": count.meta({ description: "The limit that was set because the request gave none." }),
  "x-router-cost-usd": z.string().meta({ description: "What it cost so far, all attempts together; US dollars." }),
  "x-router-replayed": z.literal("true").meta({ description: "The kept answer of a request with the same key." }),
  "x-router-cache": z
    .enum(["hit", "miss"])
    .meta({ description: "Whether the answer was cached; costs nothing if so." }),
  age: count.meta({ description: "Of a cached answer; seconds." }),
  "x-router-edge-terms": z
    .string()
    .meta({ description: "For an edge: whether it may keep the answer; absent where no edge may." }),
  "x-router-estimated": z.literal("true").meta({ description: "Nobody counted: the number is an estimate." }),
  link: z.string().meta({ description: "The next page, where there is one (RFC 8288)." }),
  "x-ratelimit-limit-requests": count.meta({ description: "Requests a minute." }),
  "x-ratelimit-remaining-requests": count.meta({ description: "What is left of them." }),
  "x-ratelimit-reset-requests": z.string().meta({ description: "Until all are there again, e.g. 12.500s." }),
  "x-ratelimit-limit-tokens": count.meta({ description: "Tokens a minute." }),
  "x-ratelimit-remaining-tokens": count.meta({ description: "What is left of them." }),
  "x-ratelimit-reset-tokens": z.string().meta({ description: "Until all are there again." }),
  "retry-after": count.meta({ description: "Seconds." }),
  "www-authenticate": z.string().meta({ description: "How a key is given." }),
} as const;
export type ResponseHeader = keyof typeof responseHeaders;
