import { z } from "zod";
import { milliseconds } from "./names.ts";

export const AccessConfig = z
  .strictObject({
    pollMs: milliseconds.default(300).meta({
      description: "How often a router asks the ledger's PostgreSQL whether keys, tenants or backends were changed.",
    }),
  })
  .prefault({})
  .meta({ description: "API keys and tenants that are administered over HTTP, beside those of the configuration." });
export type AccessConfig = z.infer<typeof AccessConfig>;
