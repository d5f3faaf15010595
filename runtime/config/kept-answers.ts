import { z } from "zod";

export const mebibyte = 1_048_576;

/** How long an answer may be kept to be given again; milliseconds, a week at most. */
export const keptMs = z
  .int()
  .min(1_000)
  .max(7 * 24 * 3_600_000);

/** How much room answers may take that are kept to be given again. */
export const keptBytes = z
  .int()
  .min(mebibyte)
  .max(4_096 * mebibyte)
  .default(64 * mebibyte);
