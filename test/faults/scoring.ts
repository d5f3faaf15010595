import type { Scenario } from "./catalogue.ts";
import { type Check, checks, type Measured, type Severity } from "./checks.ts";

/**
 * - pass: the client got what it should, and everybody behaved
 * - partial: it did, but an advisory check failed; or a refusal was routed around
 * - safe: it didn't, but got a clear error in time, and no required check failed
 * - fail: a hang, a part of an answer that looks whole, or a required check failed
 */
export type Verdict = "pass" | "partial" | "safe" | "fail";

export interface Score {
  readonly verdict: Verdict;
  /** What spoke against a pass. */
  readonly why: readonly string[];
}

/** The catalogue's rule: rescue decided by the scenario's ideal outcome, then the checks. */
export function score(scenario: Scenario, measured: Measured): Score {
  const { outcome, complete } = measured;
  const failed = [...scenario.checks, checks.properEnd].filter((check) => !check.holds(measured));
  const told = (severity: Severity) =>
    failed.filter((check) => check.severity === severity).map((check) => describe(check, measured));
  const [required, advisory] = [told("required"), told("advisory")];
  if (outcome === "hang") return { verdict: "fail", why: ["it hangs", ...required] };
  if (scenario.ideal === "answer" && outcome === "success" && !complete) {
    return { verdict: "fail", why: ["a success that is not the whole answer", ...required] };
  }
  if (required.length > 0) return { verdict: "fail", why: required };
  if (scenario.ideal === "error" && outcome === "success") {
    return { verdict: "partial", why: ["the refusal was routed around"] };
  }
  const rescued = outcome === (scenario.ideal === "answer" ? "success" : "error");
  if (!rescued) return { verdict: "safe", why: [`not rescued: ${errorOf(measured)}`] };
  return advisory.length > 0 ? { verdict: "partial", why: advisory } : { verdict: "pass", why: [] };
}

const describe = ({ id, detail }: Check, measured: Measured): string => `${id}: ${detail(measured)}`;

const errorOf = ({ views }: Measured): string =>
  views.find(({ error }) => error)?.error?.message.slice(0, 300) ?? "an answer where an error was due";
