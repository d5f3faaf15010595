import { z } from "zod";
import { type ErrorCode, errorTable } from "../errors.ts";

/** What both wires' errors say beside the wire's own words. */
export const errorFields = {
  message: z.string(),
  code: z.enum(Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]),
  backends: z
    .array(z.strictObject({ backend: z.string(), model: z.string().optional(), reason: z.string() }))
    .optional()
    .meta({ description: "Why each backend did not answer." }),
} as const;

export const wrongField = z.string().meta({ description: "The field or header that is wrong." });
