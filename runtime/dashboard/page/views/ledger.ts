import { html, type TemplateResult } from "lit-html";
import type { LedgerSection } from "../../protocol.ts";
import { bytes, count } from "../format.ts";
import type { State } from "../state.ts";
import { nothing, pill, silent, type View, waiting } from "./parts.ts";

export function ledger({ sections: { ledger: section } }: State): View {
  if (!section) return waiting();
  if (section.state === "none") return silent("none");
  const { database, openAttempts, journalBytes, counts } = section;
  return html`<p class="line">${standing(section)} <span class="muted end">${database === "embedded" ? "embedded database" : "PostgreSQL"}</span></p>
    <dl class="pairs">
      <div><dt>attempts written</dt><dd>${count(counts.shipped)}</dd></div>
      <div><dt>under way</dt><dd>${count(openAttempts)}</dd></div>
      <div><dt>journal</dt><dd>${bytes(journalBytes)}</dd></div>
      ${troubles.map(([name, words]) => (counts[name] === 0 ? nothing : html`<div class="bad-pair"><dt>${words}</dt><dd>${count(counts[name])}</dd></div>`))}
    </dl>`;
}

const troubles = [
  ["lost", "lost"],
  ["corrupt", "unreadable lines kept aside"],
  ["rejected", "rejected rows kept aside"],
  ["torn", "torn last lines"],
  ["recovered", "journals taken over"],
  ["abandoned", "settled for dead routers"],
] as const;

function standing({ writable, behind, journal }: Extract<LedgerSection, { state: "known" }>): TemplateResult {
  if (!writable) return pill("bad", `can't write${journal === undefined ? "" : `: ${journal}`}`);
  if (behind) return pill("warn", "behind: the database takes no rows");
  return journal === undefined ? pill("good", "up to date") : pill("warn", `journal: ${journal}`);
}
