import type { RouterConfigInput } from "../../runtime/config/index.ts";
import { adminKey, scratch } from "../integration/router/money.ts";
import { pair, type RouterOptions, key as schoolKey } from "../integration/router/support.ts";

/** A router with a ledger, an expensive `openai` and a free `local`. */
export function house(more: RouterConfigInput = {}, options: Omit<RouterOptions, "config"> = {}) {
  const config: RouterConfigInput = {
    keys: [
      { id: schoolKey.id, sha256: schoolKey.sha256, tenant: "school" },
      { id: adminKey.id, sha256: adminKey.sha256, tenant: "office", role: "admin" },
    ],
    prices: { "openai/big": { input: 1_000, output: 1_000 } },
    budgets: { stack: { day: 50 }, tenants: { school: { day: 20 } } },
    ledger: { directory: scratch(), batch: { intervalMs: 20 } },
    ...more,
  };
  return pair({}, {}, { ...options, config });
}

export { adminKey };
