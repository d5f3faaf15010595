import { html } from "lit-html";
import { count } from "../format.ts";
import type { State } from "../state.ts";
import { empty, type View, waiting } from "./parts.ts";

const shown = 6;

export function refusals({ sections: { refusals: section, router }, clock }: State): View {
  if (!section) return waiting();
  if (section.total === 0) {
    return empty(
      "Nothing was refused since the start",
      router?.airgap
        ? "No request asked for a cloud backend. The air gap is closed."
        : html`Requests with <code>x-router-sovereign: true</code>, of sovereign tenants, or behind an air gap
            (<code>airgap: true</code>) may not leave for the cloud; those that would have are told here.`,
    );
  }
  return html`<p class="figure small"><strong>${count(section.total)}</strong><span>since the start</span></p>
    <ul class="list tight">
      ${section.last.slice(0, shown).map(
        ({ at, tenant, asked }) => html`<li class="line">
          <span class="muted">${clock.second(at)}</span> <strong class="cut">${tenant}</strong>
          <span class="muted">asked for</span> <code class="cut">${asked === "" ? "a cloud backend" : asked}</code>
        </li>`,
      )}
    </ul>`;
}
