import { toDollars } from "../money/index.ts";
import type { Trail } from "../trail.ts";

/** Who answered, as an SSE comment: the headers were gone before that was known. */
export function routerComment({ backend, model, attempts, reason, costNano }: Trail): string {
  const cost_usd = costNano === undefined ? undefined : toDollars(costNano);
  return `: router ${JSON.stringify({ backend, model, attempts, reason, cost_usd })}\n\n`;
}
