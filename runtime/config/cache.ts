import { z } from "zod";
import { keptBytes, keptMs, mebibyte } from "./kept-answers.ts";

export const CacheConfig = z
  .strictObject({
    enabled: z.boolean().default(false).meta({
      description: "Keeps whole answers, in plain text, in Redis where there is one and else in this process's memory.",
    }),
    when: z.enum(["deterministic", "always", "asked"]).default("deterministic").meta({
      description:
        "deterministic: embeddings, and chats of temperature 0 or with a seed; always: every request; asked: only those with x-router-cache: on, which any request may send.",
    }),
    tenants: z.array(z.string().min(1)).min(1).optional().meta({
      description: "Only for these tenants; all of them by default. No answer is ever shared between tenants.",
    }),
    ttlMs: keptMs.default(3_600_000).meta({ description: "How long an answer is kept; milliseconds." }),
    maxBytes: keptBytes.meta({
      description: "In Redis the answers of each tenant, in memory all of them together; the oldest are dropped first.",
    }),
    maxEntryBytes: z
      .int()
      .min(4_096)
      .max(64 * mebibyte)
      .default(mebibyte)
      .meta({ description: "A larger answer is not kept, nor one that is larger than an eighth of maxBytes." }),
    waitMs: z.int().min(0).max(60_000).default(0).meta({
      description:
        "How long a request waits for the answer of the same one that is running, here or at another router, before it asks by itself; 0: not at all.",
    }),
    edgeTtlMs: z.int().min(0).max(3_600_000).default(0).meta({
      description:
        "How long an edge before this router may keep an answer that was asked for at least twice, encrypted with the client's own key; milliseconds, an hour at most; 0: no edge keeps any.",
    }),
  })
  .prefault({})
  .meta({ description: "Answers to requests that were asked before, word for word." });
export type CacheConfig = z.infer<typeof CacheConfig>;
