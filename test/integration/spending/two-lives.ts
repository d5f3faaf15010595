import { expect } from "vitest";
import type { RouterConfigInput } from "../../../runtime/config/index.ts";
import type { PerformedChat, RehearsalScriptInput } from "../../../runtime/rehearsal/index.ts";
import type { Ledger } from "../../../runtime/router/ledger/index.ts";
import { until } from "../../support/wait.ts";
import { temporaryFolder } from "../router/process.ts";
import { router } from "../router/support.ts";
import { ask, counting, inParallel, type RouterProcess, routerProcess } from "./processes.ts";
import { costOf, price, spentOf } from "./support.ts";

const text = `rehearsal ${"word ".repeat(29)}`.trim();
const kinds = ["fine", "refused", "limited", "reset", "cut", "ended", "garbled", "slow"] as const;
type Kind = (typeof kinds)[number];
const faults: Record<Kind, object> = {
  fine: {},
  refused: { fault: { type: "status", status: 400 } },
  limited: { fault: { type: "status", status: 503 } },
  reset: { fault: { type: "reset" } },
  cut: { fault: { type: "cut", afterEvents: 20 } },
  ended: { fault: { type: "end", afterEvents: 20 } },
  garbled: { fault: { type: "malformed", afterEvents: 20 } },
  slow: { gapMs: 10 },
};
const script = {
  rules: kinds.map((model) => ({ model, behaviour: { text, ...faults[model] } })),
} as RehearsalScriptInput;
const successor: RehearsalScriptInput = { rules: [{ behaviour: { text, prefill: "continue", resume: "continue" } }] };

const span = () => ({ from: new Date(Date.now() - 86_400_000), to: new Date(Date.now() + 86_400_000) });
type Row = Awaited<ReturnType<Ledger["requests"]>>["requests"][number]["attempts"][number];

/** Every attempt by the request that it belongs to, over all pages; none is there twice. */
async function rowsOf(ledger: Ledger): Promise<Map<string, Row[]>> {
  await ledger.flush();
  const found = new Map<string, Row[]>();
  const ids = new Set<string>();
  let cursor: string | undefined;
  do {
    const page: Awaited<ReturnType<Ledger["requests"]>> = await ledger.requests({ ...span(), limit: 1_000, cursor });
    for (const { requestId, attempts } of page.requests) {
      for (const { attemptId } of attempts) {
        expect(ids.has(attemptId)).toBe(false);
        ids.add(attemptId);
      }
      found.set(requestId, [...(found.get(requestId) ?? []), ...attempts]);
    }
    cursor = page.next;
  } while (cursor !== undefined);
  return found;
}

/** What the providers heard, by the id that each prompt holds. */
function heard(chats: readonly PerformedChat[]): Map<string, PerformedChat[]> {
  const idOf = ({ request }: PerformedChat) => /#(r\d+)#/.exec(JSON.stringify(request.body))?.[1] ?? "";
  return Map.groupBy(chats, idOf);
}

/** Row by row what the providers would bill: reported ones exactly, estimated ones not less. */
function compare(
  rows: Map<string, Row[]>,
  chats: Map<string, PerformedChat[]>,
): { reported: number; estimated: number } {
  const seen = { reported: 0, estimated: 0 };
  for (const [id, made] of chats) {
    const attempts = (rows.get(id) ?? []).toSorted((a, b) => a.number - b.number);
    // One that is written down and that no provider heard of can only be one whose client or router left.
    expect(attempts.length).toBeGreaterThanOrEqual(made.length);
    for (const { estimated } of attempts.slice(made.length)) expect(estimated).toBe(true);
    for (const [index, { bill }] of made.toSorted((a, b) => a.at - b.at).entries()) {
      const { estimated, inputTokens, outputTokens, costNano } = attempts[index] as Row;
      const billed = BigInt(costOf(bill.promptTokens, bill.completionTokens));
      if (estimated) {
        seen.estimated++;
        expect(costNano).toBeGreaterThanOrEqual(billed);
      } else {
        seen.reported++;
        expect(costNano).toBe(billed);
        expect([inputTokens, outputTokens]).toEqual([bill.promptTokens, bill.completionTokens]);
      }
    }
  }
  return seen;
}

export interface Lives {
  /** Asked of the first router, which is killed after the second number of them. */
  readonly first: number;
  readonly killedAfter: number;
  readonly second: number;
}

/**
 * Two lives of a router at one ledger, the first of which ends with SIGKILL in the middle of its work; a third reads what
 * they left. Every row is held against what its provider would bill.
 */
export async function twoLives(environment: NodeJS.ProcessEnv, lives: Lives): Promise<void> {
  const baseDirectory = temporaryFolder();
  const [openai, claude] = await Promise.all([counting(script), counting(successor)]);
  const prices = Object.fromEntries(
    ["claude/wise", ...kinds.map((kind) => `openai/${kind}`)].map((name) => [name, price]),
  );
  const config: RouterConfigInput = {
    failoverChain: ["openai", "claude"],
    prices,
    budgets: { stack: { day: 1_000_000 } },
    breaker: { failureThreshold: 1_000 },
    ledger: { directory: "ledger", batch: { rows: 100, intervalMs: 50 } },
    backends: {
      openai: {
        baseUrl: openai.url,
        rehearsal: true,
        defaultModel: "fine",
        models: [...kinds],
        defaultMaxOutputTokens: 100,
      },
      claude: { baseUrl: claude.url, rehearsal: true, defaultModel: "wise", defaultMaxOutputTokens: 100 },
    },
  };
  let count = 0;
  const load = (url: string, requests: number) =>
    inParallel(Array.from({ length: requests }), 40, () => {
      const number = ++count;
      const kind = kinds[number % kinds.length] ?? "fine";
      return ask(url, {
        body: {
          model: `openai/${kind}`,
          stream: number % 3 > 0,
          messages: [{ role: "user", content: `#r${number}# hello` }],
        },
        headers: { "x-request-id": `r${number}` },
        ...(kind === "slow" && number % 2 === 0 ? { leavesAfterMs: 60 } : {}),
      });
    });

  const first: RouterProcess = await routerProcess(config, environment, baseDirectory);
  const loading = load(first.url, lives.first);
  await until(() => openai.every.length >= lives.killedAfter);
  await first.kill();
  await loading;

  const second = await router({ config: { ...config, retries: { max: 0 } }, environment, baseDirectory });
  await load(second.url, lives.second);
  const spent = await spentOf(second);
  const { ledger } = second.spending;
  if (!ledger) throw new Error("no ledger");
  const rows = await rowsOf(ledger);
  const seen = compare(rows, heard([...openai.every, ...claude.every]));
  expect(seen.reported).toBeGreaterThan((lives.killedAfter + lives.second) / 3);
  expect(seen.estimated).toBeGreaterThan((lives.killedAfter + lives.second) / 16);
  const all = [...rows.values()].flat();
  expect(all.some(({ outcome }) => outcome === "abandoned")).toBe(true);
  expect(all.reduce((sum, { costNano }) => sum + costNano, 0n)).toBe(BigInt(spent));
  expect(ledger.health.counts).toMatchObject({ recovered: 1, corrupt: 0, rejected: 0, lost: 0 });

  await second.drain();
  const third = await router({ config, environment, baseDirectory });
  expect(await third.spending.loadedWithin(60_000)).toBe(true);
  expect(await spentOf(third)).toBe(spent);
}
