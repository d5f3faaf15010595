import { createHash } from "node:crypto";

/**
 * A physical name made of parts, in words that AWS and Kubernetes both take. One that would be too long ends with a hash
 * of the whole instead, so that it stays the same and stays its own.
 *
 * @param limit of characters; 64 is that of an IAM role
 */
export function physicalName(parts: readonly string[], limit = 64): string {
  const whole = parts.join("-");
  if (whole.length <= limit) return whole;
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, 8);
  return `${whole.slice(0, limit - hash.length - 1).replace(/-+$/, "")}-${hash}`;
}
