import { html } from "lit-html";
import type { Period } from "../../protocol.ts";
import { type Clock, percent, usd } from "../format.ts";
import type { State } from "../state.ts";
import { bar, empty, nothing, type View, waiting } from "./parts.ts";

export function spend({ sections: { spend: section }, clock }: State): View {
  if (!section) return waiting();
  if (!section.known) return empty("Not known now", section.why);
  const { day } = section;
  const { limit, spent, reserved } = day;
  return html`<p class="figure">
      <strong id="spent-today">${usd(spent)}</strong>
      ${limit === undefined ? html`<span>no limit for the day</span>` : html`<span>of ${usd(limit)}</span>`}
      ${limit ? html`<span class="share">${percent(spent / limit)}</span>` : nothing}
    </p>
    ${limit ? bar(spent / limit, reserved / limit) : nothing}
    <p class="sentence">${outlook(day, clock, "day")}${
      reserved > 0 ? html` <span class="muted">${usd(reserved)} reserved by requests under way.</span>` : nothing
    }</p>`;
}

/** Where a period is going, in a sentence. */
export function outlook({ limit, spent, forecast, end }: Period, clock: Clock, name: "day" | "week" | "month"): string {
  if (limit !== undefined && spent >= limit) {
    return `Used up: what costs is refused until ${clock.moment(end, Date.now())}.`;
  }
  if (forecast.perHour === 0)
    return name === "day" ? "Nothing is spent today yet." : `Nothing is spent this ${name} yet.`;
  if (forecast.exhaustedAt !== undefined) {
    return `At this rate it is used up at ${clock.moment(forecast.exhaustedAt, Date.now())}.`;
  }
  return `At this rate ${usd(forecast.atEnd)} by the end of the ${name}.`;
}

/** The plot's figures, for whoever doesn't see it. */
export function spendTable({ sections: { today, spend: section }, clock }: State): View {
  if (today?.state !== "known") return nothing;
  const forecast = section?.known ? section.day : undefined;
  return html`<details class="as-table">
    <summary>Spend today as a table</summary>
    <table>
      <thead><tr><th scope="col">Until</th><th scope="col" class="number">Spent</th></tr></thead>
      <tbody>
        ${today.points
          .slice(1)
          .map(([at, sum]) => html`<tr><th scope="row">${clock.time(at)}</th><td class="number">${usd(sum)}</td></tr>`)}
        ${
          forecast
            ? html`<tr><th scope="row">${clock.moment(forecast.end, Date.now())}, forecast</th>
                <td class="number">${usd(forecast.forecast.atEnd)}</td></tr>`
            : nothing
        }
      </tbody>
    </table>
  </details>`;
}
