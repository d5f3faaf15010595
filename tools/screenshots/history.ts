import { randomUUID } from "node:crypto";
import type { RouterConfig } from "../../runtime/config/index.ts";
import { newAttemptId, openLedger } from "../../runtime/router/ledger/index.ts";

/** What one model is asked, and what an answer costs; the figures of no company. */
interface Habit {
  readonly backend: string;
  readonly model: string;
  readonly share: number;
  readonly nanos: number;
  /** By `auto`, against the primary. */
  readonly saved: number;
}

const habits: readonly Habit[] = [
  { backend: "openai", model: "gpt-5.4", share: 0.2, nanos: 9_400_000, saved: 0 },
  { backend: "claude", model: "claude-sonnet-4-5", share: 0.22, nanos: 7_800_000, saved: 0 },
  { backend: "gemini", model: "gemini-2.5-flash", share: 0.3, nanos: 900_000, saved: 6_100_000 },
  { backend: "openai", model: "gpt-5.4-mini", share: 0.16, nanos: 1_300_000, saved: 5_200_000 },
  { backend: "local", model: "llama3", share: 0.12, nanos: 0, saved: 4_900_000 },
];
const tenants = [
  ["grading", 0.46],
  ["support", 0.24],
  ["research", 0.18],
  ["marketing", 0.08],
  ["internal", 0.04],
] as const;

const hourMs = 3_600_000;
const days = 30;

/**
 * Writes a month of requests into a router's ledger, the same ones each time, up to now.
 *
 * @param zoneHours by which the clocks of those who ask are ahead of UTC
 */
export async function writeHistory(config: RouterConfig, now: number, zoneHours: number): Promise<void> {
  const quiet = { info() {}, warn() {}, error() {} };
  const source = { stack: config.ledger.stack ?? config.name, region: config.region };
  const ledger = openLedger({ config: config.ledger, source, environment: {}, baseDirectory: ".", log: quiet });
  try {
    const random = randomFrom(7);
    for (let at = now - days * 24 * hourMs; at < now - 60_000; at += hourMs) {
      for (let left = requestsIn(at + zoneHours * hourMs); left > 0; left--) {
        const when = Math.floor(at + random() * hourMs);
        if (when >= now - 60_000) continue;
        ledger.append(rowAt(when, random));
      }
    }
    await ledger.flush();
  } finally {
    await ledger.close({ timeoutMs: 10_000 });
  }
}

/** More by day than by night, and on workdays than at the week's end; of a time by local clocks. */
function requestsIn(at: number): number {
  const date = new Date(at);
  const hour = date.getUTCHours();
  const day = Math.exp(-((hour - 13.5) ** 2) / 22);
  const weekend = [0, 6].includes(date.getUTCDay()) ? 0.45 : 1;
  return Math.round((3 + 26 * day) * weekend);
}

function rowAt(at: number, random: () => number) {
  const habit = picked(habits, ({ share }) => share, random());
  const [tenant] = picked(tenants, ([, share]) => share, random());
  const attemptId = newAttemptId(at);
  const size = 0.4 + random() * 3 + (random() < 0.06 ? 14 : 0);
  const failed = random() < 0.012;
  return {
    attemptId,
    firstAttemptId: attemptId,
    requestId: `req_${randomUUID()}`,
    tenant,
    keyId: `${tenant.slice(0, 4)}01`,
    backend: habit.backend,
    model: habit.model,
    operation: "chat" as const,
    wire: "openai",
    outcome: failed ? ("failed" as const) : ("answered" as const),
    number: 1,
    cause: "first" as const,
    usage: { inputTokens: 900, cachedTokens: 0, cacheWriteTokens: 0, outputTokens: 300, reasoningTokens: 0 },
    costNano: failed ? 0n : BigInt(Math.round(habit.nanos * size)),
    estimated: false,
    latencyMs: 400 + random() * 3_000,
    firstTokenMs: 120 + random() * 500,
    arbitrageSavedNano: failed ? 0n : BigInt(Math.round(habit.saved * size)),
    cacheSavedNano: random() < 0.1 ? 5_400_000n : 0n,
  };
}

function picked<Item>(items: readonly Item[], share: (item: Item) => number, at: number): Item {
  let left = at;
  for (const item of items) {
    left -= share(item);
    if (left < 0) return item;
  }
  const last = items.at(-1);
  if (last === undefined) throw new RangeError("there is nothing to pick from");
  return last;
}

/** The same numbers from the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
