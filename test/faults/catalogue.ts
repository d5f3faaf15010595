import type { RehearsalScriptInput } from "../../runtime/rehearsal/index.ts";
import { type Check, checks } from "./checks.ts";

/**
 * The sixteen faults of Failover Bench (github.com/failoverbench/failoverbench, MIT licence, methodology v0.1 with the
 * revision of September 2026 of S06 and S12), told and checked in our own words and code.
 *
 * Times of the provider and limits of the checks are the catalogue's own, in real seconds. What is scaled down are the
 * router's deadlines (stand.ts), so that no long fault is waited out; where the provider itself sets the pace (the
 * pause of S01, the outage of S15) its times are scaled, and the limits that belong to them by the same factor.
 */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** What the provider does. */
  readonly fault: string;
  /** What a good gateway does. */
  readonly correct: string;
  /** What the client should get: the whole answer, or a clear error. */
  readonly ideal: "answer" | "error";
  readonly primary: Rules;
  /** Before what the fallback does anyway: give the whole answer. */
  readonly fallback?: Behaviour;
  /** Requests one after the other, of which the first `outage` find the primary in its fault, the others well. */
  readonly sequence?: { readonly count: number; readonly outage: number; readonly intervalMs: number };
  readonly checks: readonly Check[];
}

type Rules = NonNullable<RehearsalScriptInput["rules"]>;
export type Behaviour = NonNullable<Rules[number]["behaviour"]>;

/** Sixty words, so that an answer cut after forty of them can't be taken for a whole one. */
export const answer =
  "Nobody learns much from a gateway while every provider behind it is well. It is the bad hour that shows what it is " +
  "worth: when limits are hit, sockets fall silent, and a sentence breaks off before its verb. This rehearsal speaks " +
  "exactly sixty words, one by one, so that whoever counts them knows at once whether any got lost.";

/** One word every so many milliseconds. */
const gapMs = 1;
const says = (behaviour: Behaviour = {}): Behaviour => ({ text: answer, gapMs, ...behaviour });

const always = (behaviour: Behaviour): Rules => [{ kind: "chat", behaviour: says(behaviour) }];
const once = (behaviour: Behaviour): Rules => [{ kind: "chat", times: 1, behaviour }, ...always({})];

export const wellRules: Rules = always({});
/** A model that does what it is asked: it continues its own beginning, given as such or in words. */
export const fallbackRules = (behaviour: Behaviour = {}): Rules =>
  always({ prefill: "continue", resume: "continue", ...behaviour });

/** The pause of S01 is 1 s in place of 2 s: shorter ones can't be said in the header. */
const pauseScale = 1 / 2;
/** A second of S15's outage is 15 ms. */
const outageScale = 15 / 1_000;

export const scenarios: readonly Scenario[] = [
  {
    id: "S01",
    title: "429 with Retry-After",
    fault: "The first attempt is limited for two seconds; later ones succeed.",
    correct: "Wait as long as asked, then try again, or go elsewhere. No tight loop.",
    ideal: "answer",
    primary: once({ fault: { type: "status", status: 429, retryAfter: String(2 * pauseScale) } }),
    checks: [
      { ...checks.primaryAtLeast(2), id: "retried", severity: "advisory" },
      { ...checks.firstGapAtLeast(1.8 * pauseScale), id: "retry_after_honoured", severity: "advisory" },
      { ...checks.primaryWithin(1.5 * pauseScale, 2), id: "no_hammer" },
    ],
  },
  {
    id: "S02",
    title: "429 for ever, without Retry-After",
    fault: "Every attempt is limited, and nothing says for how long.",
    correct: "Back off, then fail over. Never hammer the provider.",
    ideal: "answer",
    primary: always({ fault: { type: "status", status: 429 } }),
    checks: [
      { ...checks.primaryWithin(3, 4), id: "no_hammer" },
      { ...checks.primaryAtMost(6), id: "bounded_attempts" },
      checks.noHang,
    ],
  },
  {
    id: "S03",
    title: "500 once",
    fault: "The first attempt fails with 500, the second succeeds.",
    correct: "One retry at the same provider.",
    ideal: "answer",
    primary: once({ fault: { type: "status", status: 500 } }),
    checks: [checks.noHang, { ...checks.primaryAtLeast(2), id: "same_provider_retry", severity: "advisory" }],
  },
  {
    id: "S04",
    title: "503 for ever",
    fault: "Every attempt finds the provider overloaded.",
    correct: "Fail over within the retry budget.",
    ideal: "answer",
    primary: always({ fault: { type: "status", status: 503 } }),
    checks: [{ ...checks.primaryAtMost(6), id: "bounded_attempts" }, checks.noHang],
  },
  {
    id: "S05",
    title: "Reset before the head",
    fault: "The first connection is reset before a byte of an answer; later ones are fine.",
    correct: "Try again or go elsewhere: answer.",
    ideal: "answer",
    primary: once({ fault: { type: "reset" } }),
    checks: [checks.noHang],
  },
  {
    id: "S06",
    title: "Silence",
    fault: "The request is taken and never answered.",
    correct: "One deadline, then the next target. Asking a silent provider again only multiplies the wait.",
    ideal: "answer",
    primary: always({ fault: { type: "slow-headers" } }),
    checks: [
      { ...checks.overWithin(100), id: "within_budget" },
      checks.noHang,
      { ...checks.primaryAtMost(1), id: "silent_route_not_retried", severity: "advisory" },
    ],
  },
  {
    id: "S07",
    title: "Slow first token",
    fault: "The head comes at once, the first token after 20 s.",
    correct: "A limit for the first token, and failover when it is over.",
    ideal: "answer",
    primary: always({ firstTokenMs: 20_000 }),
    checks: [checks.noHang, { ...checks.overWithin(15), id: "first_token_limit", severity: "advisory" }],
  },
  {
    id: "S08",
    title: "Cut in the middle",
    fault: "The connection dies after 40 of 60 words.",
    correct: "The whole answer from elsewhere, or a clear error. Never a part of it that looks whole.",
    ideal: "answer",
    primary: always({ fault: { type: "cut", afterEvents: 40 } }),
    checks: [checks.noTruncatedSuccess, checks.noHang],
  },
  {
    id: "S09",
    title: "Stall in the middle",
    fault: "After 20 words nothing comes for 30 s, then the connection closes.",
    correct: "Notice it within a bounded time, go on elsewhere, and stay well.",
    ideal: "answer",
    primary: always({ fault: { type: "stall", afterEvents: 20, ms: 30_000 } }),
    checks: [{ ...checks.overWithin(45), id: "bounded" }, checks.noTruncatedSuccess, checks.aliveAfter, checks.noHang],
  },
  {
    id: "S10",
    title: "Malformed chunk",
    fault: "The tenth event isn't JSON; the others are fine.",
    correct: "Nothing broken reaches the client, and the answer is whole.",
    ideal: "answer",
    primary: always({ fault: { type: "malformed", afterEvents: 10 } }),
    checks: [
      checks.aliveAfter,
      { ...checks.noTruncatedSuccess, id: "no_garbage" },
      checks.nothingMalformed,
      checks.noHang,
      { ...checks.complete, id: "recovered_in_place", severity: "advisory" },
    ],
  },
  {
    id: "S11",
    title: "No last word",
    fault: "A whole stream whose HTTP ends properly, without the wire's last word.",
    correct: "Finish at once, with usage.",
    ideal: "answer",
    primary: always({ fault: { type: "no-done" } }),
    checks: [
      { ...checks.overWithin(8), id: "prompt_finalise" },
      { ...checks.usageReported, severity: "advisory" },
    ],
  },
  {
    id: "S12",
    title: "Too long for the model",
    fault: "Every attempt is refused: the prompt exceeds the model's context.",
    correct: "Never the same again; a larger model where there is one.",
    ideal: "answer",
    primary: always({ fault: { type: "context-length" } }),
    checks: [{ ...checks.primaryExactly(1), id: "no_blind_retry" }, checks.noHang],
  },
  {
    id: "S13",
    title: "Content filter",
    fault: "Every attempt is refused by the provider's filter.",
    correct: "Tell the client the provider's reason. Don't try again, don't route around it.",
    ideal: "error",
    primary: always({ fault: { type: "content-filter" } }),
    checks: [
      { ...checks.primaryExactly(1), id: "no_same_model_retry" },
      checks.noHang,
      { ...checks.fallbackUnused, severity: "informational" },
    ],
  },
  {
    id: "S14",
    title: "Cut, and the fallback takes no beginning",
    fault: "As S08; the fallback refuses a request that ends with a beginning of the answer.",
    correct: "Know what the fallback can do, or begin anew. Its refusal never hides the real failure.",
    ideal: "answer",
    primary: always({ fault: { type: "cut", afterEvents: 40 } }),
    fallback: { prefill: "reject", resume: "ignore" },
    checks: [checks.noPrefillMasking, checks.noTruncatedSuccess],
  },
  {
    id: "S15",
    title: "Down for a minute, then well",
    fault: "503 for 60 s, then healthy; twenty requests, one every 4 s.",
    correct: "Serve from the fallback, probe now and then, go back to the primary once it is well.",
    ideal: "answer",
    primary: always({ fault: { type: "status", status: 503 } }),
    sequence: { count: 20, outage: 15, intervalMs: 4_000 * outageScale },
    checks: [
      checks.noHang,
      checks.servedDuringOutage,
      // 30 s hold seven requests; the twenty leave five after the outage.
      checks.recovered,
      { ...checks.probeDiscipline, severity: "informational" },
    ],
  },
  {
    id: "S16",
    title: "Accounting",
    fault: "Every attempt at the primary gets 503; the fallback answers.",
    correct: "The client sees the fallback's model and usage; nobody pays for the failed attempts.",
    ideal: "answer",
    primary: always({ fault: { type: "status", status: 503 } }),
    checks: [
      checks.reportsFallbackModel,
      { ...checks.usageReported, severity: "advisory" },
      { ...checks.primaryAtMost(6), id: "bounded_attempts" },
    ],
  },
];
