import { toDollars } from "../money/index.ts";
import type { Trail } from "../trail.ts";

/** Who answered, as an SSE comment: the headers were gone before that was known. */
export function routerComment({ backend, model, attempts, reason, costNano, cache }: Trail): string {
  const cost_usd = costNano === undefined ? undefined : toDollars(costNano);
  return `: router ${JSON.stringify({ backend, model, attempts, reason, cost_usd, cache })}\n\n`;
}

const beginning = Buffer.from("\n: router {");

/** A stream that is sent again, with this comment in the place of its own. Within an event there is no line like it. */
export function withComment(stream: Buffer, trail: Trail): Buffer {
  const before = stream.lastIndexOf(beginning);
  const after = stream.indexOf("\n\n", before + 1);
  if (before < 0 || after < 0) return stream;
  const comment = Buffer.from(routerComment(trail));
  return Buffer.concat([stream.subarray(0, before + 1), comment, stream.subarray(after + 2)]);
}
