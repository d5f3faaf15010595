import type { z } from "zod";
import { check, formatPath } from "../../config/index.ts";
import { RouterError } from "../errors.ts";

/**
 * Checks a body and gives it back as it came: what the schema doesn't know is passed on untouched.
 *
 * @throws RouterError invalid_request that names each wrong field
 */
export function checkBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const result = check(schema, body);
  if (result.success) return body as z.infer<Schema>;
  const { problems } = result;
  const told = problems.map(({ path, given, allowed }) => {
    return `${path.length === 0 ? "body" : formatPath(path)}: ${given ? `given ${given}; ` : ""}allowed: ${allowed}`;
  });
  const first = problems[0]?.path ?? [];
  throw new RouterError("invalid_request", told.join("\n"), { param: first.length === 0 ? "body" : formatPath(first) });
}
