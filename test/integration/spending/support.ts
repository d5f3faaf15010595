import { vi } from "vitest";
import type { RouterConfigInput } from "../../../runtime/config/index.ts";
import type { Rehearsal, RehearsalScriptInput } from "../../../runtime/rehearsal/index.ts";
import type { Spending } from "../../../runtime/router/spending/index.ts";
import { until } from "../../support/wait.ts";
import { router, says, type TestRouter, upstream } from "../router/support.ts";

/** Dollars per million tokens, so large that a few of them are seen. */
export const price = { input: 1_000, output: 10_000 };
const nano = 1_000_000_000;

/** What so many tokens cost at `price`, nano-dollars. */
export const costOf = (prompt: number, completion: number): number =>
  ((prompt * price.input + completion * price.output) * nano) / 1_000_000;

/** One attempt, as the budget heard of it. */
export interface Booked {
  readonly reserved: number;
  /** Each time that it was settled. */
  readonly settled: { readonly cost: number; readonly estimated: boolean }[];
}

export interface House {
  readonly openai: Rehearsal;
  readonly claude: Rehearsal;
  readonly local: Rehearsal;
  readonly router: TestRouter;
  /** Paid attempts that were made, in order. */
  readonly booked: () => Booked[];
}

/** Two paid backends and a free one behind one router. */
export async function house(
  scripts: { openai?: RehearsalScriptInput; claude?: RehearsalScriptInput; local?: RehearsalScriptInput } = {},
  config: RouterConfigInput = {},
): Promise<House> {
  const [openai, claude, local] = await Promise.all([
    upstream(scripts.openai),
    upstream(scripts.claude),
    upstream(scripts.local ?? says("rehearsal of a free model")),
  ]);
  const started = await router({
    config: {
      failoverChain: ["openai", "claude", "local"],
      prices: { "openai/big": price, "claude/wise": price },
      ...config,
      backends: {
        openai: {
          baseUrl: openai.url,
          rehearsal: true,
          defaultModel: "big",
          models: ["vectors"],
          defaultMaxOutputTokens: 1_000,
        },
        claude: { baseUrl: claude.url, rehearsal: true, defaultModel: "wise", defaultMaxOutputTokens: 1_000 },
        local: { baseUrl: local.url, rehearsal: true },
        ...config.backends,
      },
    },
  });
  return { openai, claude, local, router: started, booked: booksOf(started.spending) };
}

function booksOf({ store }: Spending): () => Booked[] {
  const books = new Map<string, Booked>();
  const { reserve, settle } = store;
  vi.spyOn(store, "reserve").mockImplementation((order) => {
    const reserved = reserve.call(store, order);
    if ("ok" in reserved && reserved.ok && order.amount > 0)
      books.set(order.id, { reserved: order.amount, settled: [] });
    return reserved;
  });
  vi.spyOn(store, "settle").mockImplementation((id, cost, estimated, now) => {
    books.get(id)?.settled.push({ cost, estimated });
    return settle.call(store, id, cost, estimated, now);
  });
  return () => [...books.values()];
}

/** Today's spending of the stack once nothing is reserved any more; nano-dollars. */
export async function spentOf({ spending }: TestRouter): Promise<number> {
  let spent = 0;
  await until(async () => {
    const day = (await spending.store.status("stack", {}, Date.now()))?.day;
    spent = day?.spent ?? 0;
    return day?.reserved === 0;
  });
  return spent;
}
