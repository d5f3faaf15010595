import { html, type TemplateResult } from "lit-html";
import type { BudgetLine } from "../../protocol.ts";
import { type Clock, count, percent, usd } from "../format.ts";
import type { State } from "../state.ts";
import { bar, empty, nothing, type View, waiting } from "./parts.ts";

const shown = 8;

/** Nearest to their limits first. */
export function budgets({ sections: { budgets: section }, clock }: State): View {
  if (!section) return waiting();
  const { lines, scopes } = section;
  if (lines.length === 0) {
    return empty(
      "No tenant or key has a budget of its own",
      html`Give them one: <code>budgets.tenants</code> and <code>budgets.keys</code> in the router's configuration.`,
    );
  }
  return html`<ul class="list">${lines.slice(0, shown).map((line) => budgetItem(line, clock))}</ul>
    ${scopes > 1 || lines.length > shown ? html`<p class="muted small-text">${count(scopes)} tenants and keys have one; the nearest to their limits are shown.</p>` : nothing}`;
}

function budgetItem({ scope, period, limit, spent, reserved, resets }: BudgetLine, clock: Clock): TemplateResult {
  const [kind, ...name] = scope.split(":");
  const part = limit > 0 ? spent / limit : 1;
  const words = part >= 1 ? `used up, anew ${clock.moment(resets, Date.now())}` : percent(part);
  return html`<li>
    <div class="line">
      <span class="muted">${kind}</span> <strong class="cut">${name.join(":")}</strong>
      <span class="end">${usd(spent)} <span class="muted">of ${usd(limit)} a ${period}, ${words}</span></span>
    </div>
    ${bar(part, limit > 0 ? reserved / limit : 0)}
  </li>`;
}
