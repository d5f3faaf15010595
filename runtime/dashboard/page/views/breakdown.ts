import { html, type TemplateResult } from "lit-html";
import type { Group, RangeFigures, RangeSection } from "../../protocol.ts";
import { type Clock, count, percent, usd } from "../format.ts";
import type { By, Range, State } from "../state.ts";
import { choice, empty, nothing, scrolling, silent, type View, waiting } from "./parts.ts";

const sections = { "24h": "range24h", "7d": "range7d", "30d": "range30d" } as const;

export const rangeOf = ({ sections: told, range }: State): RangeSection | undefined => told[sections[range]];

export const nameOf = ({ name }: Group): string => (name === undefined ? "all others" : name === "" ? "none" : name);

const ranges = [
  { value: "24h", text: "24 h" },
  { value: "7d", text: "7 d" },
  { value: "30d", text: "30 d" },
] as const;
const splits = [
  { value: "model", text: "Model" },
  { value: "tenant", text: "Tenant" },
] as const;

export function choices(state: State, changed: () => void): TemplateResult {
  const range = (value: Range) => {
    state.range = value;
    changed();
  };
  const by = (value: By) => {
    state.by = value;
    changed();
  };
  return html`${choice("by", "Split by", splits, state.by, by)}${choice("range", "Time", ranges, state.range, range)}`;
}

/** What of a range has colours: each group, in the plot's order. */
export function breakdown(state: State): View {
  const range = rangeOf(state);
  if (!range) return waiting();
  if (range.state !== "known") return silent(range.state);
  const groups = range[state.by];
  if (groups.length === 0) {
    return empty(
      "No request in this time",
      html`Send one to <code>/v1/chat/completions</code> and it is here within two seconds.`,
    );
  }
  return scrolling(`Costs by ${state.by}`, groupTable(groups, range, state.by));
}

function groupTable(groups: readonly Group[], { total }: RangeFigures, by: By): TemplateResult {
  return html`<table class="groups">
    <thead>
      <tr>
        <th scope="col">${by === "model" ? "Model" : "Tenant"}</th>
        <th scope="col" class="number">Cost</th>
        <th scope="col" class="number">Share</th>
        <th scope="col" class="number">Requests</th>
        <th scope="col" class="number">Failed attempts</th>
      </tr>
    </thead>
    <tbody>
      ${groups.map((group, index) => {
        const { cost, requests, failed, attempts } = group;
        return html`<tr>
          <th scope="row"><span class="swatch c${group.name === undefined ? "rest" : index}" aria-hidden="true"></span>${nameOf(group)}</th>
          <td class="number">${usd(cost)}</td>
          <td class="number">${total.cost > 0 ? percent(cost / total.cost) : "–"}</td>
          <td class="number">${count(requests)}</td>
          <td class="number">${failed === 0 ? "0" : html`${count(failed)} <span class="muted">of ${count(attempts)}</span>`}</td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}

/** The plot's figures, for whoever doesn't see it. */
export function breakdownTable(state: State): View {
  const range = rangeOf(state);
  if (range?.state !== "known" || range[state.by].length === 0) return nothing;
  const groups = range[state.by];
  const columns = range.bounds.slice(0, -1);
  const rows = columns
    .map((from, column) => ({ from, column }))
    .filter(({ column }) => groups.some(({ costs }) => costs[column]));
  return html`<details class="as-table">
    <summary>Costs over time as a table</summary>
    ${scrolling(
      "Costs over time",
      html`<table>
        <thead>
          <tr><th scope="col">From</th>${groups.map((group) => html`<th scope="col" class="number">${nameOf(group)}</th>`)}</tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ from, column }) => html`<tr>
              <th scope="row">${columnName(from, state.range, state.clock)}</th>
              ${groups.map(({ costs }) => html`<td class="number">${usd(costs[column] ?? 0)}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>`,
    )}
  </details>`;
}

const columnName = (from: number, range: Range, clock: Clock): string =>
  range === "30d" ? clock.day(from) : `${clock.day(from)}, ${clock.time(from)}`;
