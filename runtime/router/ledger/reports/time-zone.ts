import { ReportProblem } from "./problem.ts";

const day = 86_400_000;
const hour = 3_600_000;

/** Names of the time zone database; offsets are left out, because PostgreSQL reads their sign the other way. */
const name = /^[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+){0,2}$/;

/** @throws ReportProblem */
export function checkTimeZone(timezone: string): void {
  try {
    if (name.test(timezone)) {
      formatOf(timezone);
      return;
    }
  } catch {
    // Unknown, as below.
  }
  throw new ReportProblem("timezone", "timezone must be a name such as Europe/Berlin or UTC");
}

/** Whether a zone's days are those of UTC, over the whole of a time. */
export function isUtc(timezone: string, from: number, to: number): boolean {
  const format = formatOf(timezone);
  for (let at = from; at < to + day; at += day) if (offsetAt(format, Math.min(at, to)) !== 0) return false;
  return true;
}

const formatOf = (timezone: string) =>
  new Intl.DateTimeFormat("en-US", { timeZone: timezone, timeZoneName: "longOffset", year: "numeric" });

/** From `GMT+05:30`; milliseconds. */
function offsetAt(format: Intl.DateTimeFormat, at: number): number {
  const text = format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const found = /^GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(text);
  if (!found) return 0;
  const [, sign, hours, minutes, seconds] = found;
  const offset = Number(hours) * hour + Number(minutes) * 60_000 + Number(seconds ?? 0) * 1_000;
  return sign === "-" ? -offset : offset;
}
