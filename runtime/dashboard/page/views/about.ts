import { html } from "lit-html";
import type { State } from "../state.ts";
import { nothing, pill, type View } from "./parts.ts";

/** Beside the title: which router this is. */
export function identity({ sections: { router } }: State): View {
  if (!router) return nothing;
  return html`<span class="chip">${router.name}</span>${
    router.region === undefined ? nothing : html`<span class="chip">${router.region}</span>`
  }${router.airgap ? pill("good", "air-gapped") : nothing}${
    router.rehearsal.length > 0 ? pill("warn", "rehearsal") : nothing
  }`;
}

export function about({ sections: { router }, clock }: State): View {
  if (!router) return nothing;
  const { version, config, startedAt, timezone, rehearsal } = router;
  return html`<dl class="about">
      <div><dt>Version</dt><dd>${version}</dd></div>
      <div><dt>Configuration</dt><dd><code title=${config}>${config.slice(0, 12)}</code></dd></div>
      <div><dt>Started</dt><dd>${clock.moment(startedAt, Date.now())}</dd></div>
      <div><dt>Days begin in</dt><dd>${timezone}</dd></div>
    </dl>
    ${
      rehearsal.length === 0
        ? nothing
        : html`<p class="muted">Scripted stand-ins, not models: ${rehearsal.join(", ")}.</p>`
    }`;
}
