import type { PerformedChat } from "../../runtime/rehearsal/index.ts";
import type { ClientView } from "./clients.ts";

/** What was seen of one scenario, from both sides. */
export interface Measured {
  /** Of several requests the worst. */
  readonly outcome: ClientView["outcome"];
  /** The client has the whole answer and nothing else. */
  readonly complete: boolean;
  /** Every request's view, in order; one but for a sequence. */
  readonly views: readonly ClientView[];
  /** What the provider did about each attempt. */
  readonly primary: readonly PerformedChat[];
  readonly fallback: readonly PerformedChat[];
  readonly fallbackModel: string;
  /** A further request through the same router, to the fallback, is answered. */
  readonly aliveAfter: boolean;
  /** Of a sequence: how many of its requests were sent during the outage. */
  readonly outage: number;
}

/** A failed advisory check makes a rescue partial; a failed required one fails the scenario. */
export type Severity = "required" | "advisory" | "informational";

export interface Check {
  readonly id: string;
  readonly severity: Severity;
  holds(measured: Measured): boolean;
  /** What was measured. */
  detail(measured: Measured): string;
}

const last = ({ views }: Measured): ClientView | undefined => views.at(-1);
const seconds = ({ views }: Measured): number => Math.max(...views.map(({ ms }) => ms)) / 1_000;
const attempts = ({ primary }: Measured): string => `${primary.length} attempt(s) at the primary`;
const gap = ({ primary: [first, second] }: Measured): number =>
  first && second ? (second.at - first.at) / 1_000 : Number.NaN;
const within = ({ primary }: Measured, window: number): number =>
  primary.filter(({ at }) => at - (primary[0]?.at ?? at) < window * 1_000).length;
const duringOutage = ({ views, outage }: Measured) => views.slice(0, outage);

function check(id: string, holds: Check["holds"], detail: Check["detail"]): Check {
  return { id, severity: "required", holds, detail };
}

/** The catalogue's kinds of checks. Times in seconds. */
export const checks = {
  noHang: check(
    "no_hang",
    ({ outcome }) => outcome !== "hang",
    (measured) => `over after ${seconds(measured).toFixed(1)} s`,
  ),
  complete: check(
    "complete",
    ({ outcome, complete }) => outcome === "success" && complete,
    ({ outcome }) => outcome,
  ),
  noTruncatedSuccess: check(
    "no_truncated_success",
    ({ outcome, complete }) => outcome !== "success" || complete,
    (measured) => `${measured.outcome} with ${last(measured)?.text.split(/\s+/).length ?? 0} words`,
  ),
  /** Ours: the catalogue's own client passes over what it can't read. */
  nothingMalformed: check(
    "nothing_malformed",
    ({ views }) => views.every(({ malformed }) => malformed === 0),
    ({ views }) => `${views.reduce((sum, { malformed }) => sum + malformed, 0)} events that are not JSON`,
  ),
  /** Ours: an answer ends with its reason and with the wire's last word, or it is an error. */
  properEnd: check(
    "proper_end",
    ({ views }) => views.every(({ outcome, ended }) => outcome !== "success" || ended),
    ({ views }) => `${views.filter(({ ended }) => ended).length} of ${views.length} with a proper end`,
  ),
  aliveAfter: check(
    "alive_after",
    ({ aliveAfter }) => aliveAfter,
    ({ aliveAfter }) => (aliveAfter ? "answers afterwards" : "does not answer afterwards"),
  ),
  usageReported: check(
    "usage_reported",
    (measured) => (last(measured)?.usage?.output ?? 0) > 0,
    (measured) => `usage ${JSON.stringify(last(measured)?.usage)}`,
  ),
  reportsFallbackModel: check(
    "reports_fallback_model",
    (measured) => last(measured)?.model?.includes(measured.fallbackModel) === true,
    (measured) => `model ${last(measured)?.model}`,
  ),
  /** The fallback's refusal of a beginning must not be what the client gets. */
  noPrefillMasking: check(
    "no_prefill_masking",
    ({ outcome, fallback }) => outcome !== "error" || fallback.every((chat) => chat.outcome !== "refused: prefill"),
    ({ fallback }) => `fallback: ${fallback.map((chat) => chat.outcome).join(", ")}`,
  ),
  fallbackUnused: check(
    "fallback_unused",
    ({ fallback }) => fallback.length === 0,
    ({ fallback }) => `${fallback.length} attempt(s) at the fallback`,
  ),
  servedDuringOutage: check(
    "served_during_outage",
    (measured) => duringOutage(measured).every(({ outcome }) => outcome === "success"),
    (measured) => {
      const during = duringOutage(measured);
      return `${during.filter(({ outcome }) => outcome === "success").length} of ${during.length} served`;
    },
  ),
  recovered: check(
    "recovered",
    ({ primary }) => primary.some(({ outcome }) => outcome === "answer"),
    ({ primary }) =>
      `${primary.filter(({ outcome }) => outcome === "answer").length} answers of the primary afterwards`,
  ),
  probeDiscipline: check(
    "probe_discipline",
    ({ primary, outage }) => primary.filter(({ outcome }) => outcome !== "answer").length <= outage,
    attempts,
  ),
  primaryAtLeast: (count: number) => check("attempts_min", ({ primary }) => primary.length >= count, attempts),
  primaryAtMost: (count: number) => check("attempts_max", ({ primary }) => primary.length <= count, attempts),
  primaryExactly: (count: number) => check("attempts", ({ primary }) => primary.length === count, attempts),
  firstGapAtLeast: (least: number) =>
    check(
      "first_gap",
      (measured) => gap(measured) >= least,
      (measured) => `gap ${gap(measured).toFixed(2)} s`,
    ),
  primaryWithin: (window: number, most: number) =>
    check(
      "attempts_within",
      (measured) => within(measured, window) <= most,
      (measured) => `${within(measured, window)} attempt(s) in the first ${window} s`,
    ),
  overWithin: (limit: number) =>
    check(
      "over_within",
      (measured) => measured.outcome !== "hang" && seconds(measured) <= limit,
      (measured) => `${seconds(measured).toFixed(1)} s`,
    ),
} as const;
