import type { RouterConfig } from "../../runtime/config/index.ts";

/**
 * The most that routers may spend on models a day by their own limits, US dollars: the dearest of the versions that serve,
 * because they share one budget. A week's or month's limit is one of a day too.
 *
 * @returns undefined where nobody is paid: behind an air gap
 * @throws RangeError where a version has no limit at all
 */
export function dailyLlmUsd(versions: Readonly<Record<string, { readonly config: RouterConfig }>>): number | undefined {
  const limits = Object.entries(versions).flatMap(([name, { config }]) => {
    if (config.airgap) return [];
    const { day, week, month } = config.budgets.stack;
    const limit = Math.min(...[day, week, month].filter((each) => each !== undefined));
    if (Number.isFinite(limit)) return [limit];
    throw new RangeError(
      `router.versions.${name}.config.budgets.stack: sets no limit, so the stack's budget can't hold; set day`,
    );
  });
  return limits.length === 0 ? undefined : Math.max(...limits);
}
