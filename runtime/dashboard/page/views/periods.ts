import { html, type TemplateResult } from "lit-html";
import type { Period } from "../../protocol.ts";
import { type Clock, percent, usd } from "../format.ts";
import type { State } from "../state.ts";
import { rangeOf } from "./breakdown.ts";
import { bar, nothing, silent, type View, waiting } from "./parts.ts";
import { outlook } from "./spend.ts";

/** The week, the month, and what was saved. */
export function periods(state: State): TemplateResult {
  const { spend } = state.sections;
  const { clock } = state;
  return html`${spend?.known ? [card("week", spend.week, clock), card("month", spend.month, clock)] : nothing}
    <div class="card saved"><div class="heading"><h2>Saved, ${rangeNames[state.range]}</h2></div>${saved(state)}</div>`;
}

const rangeNames = { "24h": "last 24 hours", "7d": "last 7 days", "30d": "last 30 days" } as const;

function card(name: "week" | "month", period: Period, clock: Clock): TemplateResult {
  const { limit, spent, reserved } = period;
  return html`<div class="card period">
    <div class="heading"><h2>This ${name}</h2></div>
    <p class="figure small">
      <strong>${usd(spent)}</strong>
      ${limit === undefined ? html`<span>no limit</span>` : html`<span>of ${usd(limit)}</span>`}
    </p>
    ${limit ? bar(spent / limit, reserved / limit) : nothing}
    <p class="sentence">${outlook(period, clock, name)}</p>
  </div>`;
}

function saved(state: State): View {
  const range = rangeOf(state);
  if (!range) return waiting();
  if (range.state !== "known") return silent(range.state);
  const { arbitrageSaved, cacheSaved, cost } = range.total;
  const all = arbitrageSaved + cacheSaved;
  const without = cost + all;
  const { primary } = state.sections.router ?? {};
  return html`<p class="figure small">
      <strong>${usd(all)}</strong>
      ${without > 0 && all > 0 ? html`<span>${percent(all / without)} of what it would have been</span>` : nothing}
    </p>
    <dl class="pairs">
      <div><dt>by arbitrage</dt><dd>${usd(arbitrageSaved)}</dd></div>
      <div><dt>by the cache</dt><dd>${usd(cacheSaved)}</dd></div>
    </dl>
    <p class="muted small-text">${
      primary === undefined
        ? "Against always asking the primary."
        : html`Against always asking <code>${primary}</code>.`
    }</p>`;
}
