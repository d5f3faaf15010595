import { RouterError } from "../errors.ts";
import { formatDollars, type Nanos, type OverBudget } from "../money/index.ts";

const shown = (amount: Nanos): string => `$${formatDollars(amount, 4)}`;

/** A request that would exceed a budget; says which, and when it may be asked again. */
export function budgetExceeded(over: OverBudget, model: string, amount: Nanos, now: number): RouterError {
  const { scope, period, limit, spent, reserved, resetsAt } = over;
  const need = `${model} may cost up to ${shown(amount)}`;
  if (resetsAt === undefined) {
    const before = reserved > 0 ? `, with ${shown(reserved)} of earlier attempts` : "";
    return new RouterError(
      "budget_exceeded",
      `${need}${before}, and one request may cost ${shown(limit)} (budgets.request). Shorten it, or lower max_tokens.`,
    );
  }
  const whose = scope === "stack" ? "The budget" : `The budget of ${scope.replace(":", " ")}`;
  const message = `${whose} for this ${period} is ${shown(limit)}: ${shown(spent)} are spent, ${shown(reserved)} reserved, and ${need}. It begins anew at ${new Date(resetsAt).toISOString()}.`;
  const seconds = Math.max(1, Math.ceil((resetsAt - now) / 1_000));
  return new RouterError("budget_exceeded", message, { headers: { "retry-after": String(seconds) } });
}
