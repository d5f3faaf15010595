import { html, type TemplateResult } from "lit-html";
import type { BackendState, ModelState } from "../../protocol.ts";
import { milliseconds } from "../format.ts";
import type { State } from "../state.ts";
import { nothing, pill, type Tone, type View, waiting } from "./parts.ts";

const tones: Readonly<Record<BackendState["status"], Tone>> = {
  healthy: "good",
  degraded: "warn",
  down: "bad",
  disabled: "off",
};

export function backends({ sections: { backends: all } }: State): View {
  if (!all) return waiting();
  const order = (backend: BackendState) => Number(backend.status === "disabled");
  const sorted = [...all].sort((one, other) => order(one) - order(other));
  return html`<ul class="list">${sorted.map(backendItem)}</ul>`;
}

function backendItem(backend: BackendState): TemplateResult {
  const { name, status, why, latencyMs, models } = backend;
  return html`<li>
    <div class="line">
      <strong>${name}</strong>
      ${pill(tones[status], status)}
      ${latencyMs === undefined || status === "disabled" ? nothing : html`<span class="muted end">${milliseconds(latencyMs)}</span>`}
    </div>
    ${why === undefined ? nothing : html`<p class="muted small-text">${why}</p>`}
    ${models.length === 0 ? nothing : html`<ul class="models">${models.map(modelItem)}</ul>`}
  </li>`;
}

const circuits: Readonly<Record<ModelState["breaker"], readonly [Tone, string]>> = {
  closed: ["good", "circuit closed"],
  half_open: ["warn", "circuit half open"],
  open: ["bad", "circuit open"],
};

function modelItem({ model, breaker, retryAt, averageMs, slow }: ModelState): TemplateResult {
  const [tone, words] = circuits[breaker];
  const seconds = retryAt === undefined ? 0 : Math.ceil((retryAt - Date.now()) / 1_000);
  return html`<li class="line">
    <code>${model}</code>
    ${breaker === "closed" ? html`<span class="unseen">${words}</span>` : pill(tone, words)}
    ${seconds > 0 ? html`<span class="muted">tried again in ${seconds} s</span>` : nothing}
    ${slow ? pill("warn", "slow") : nothing}
    ${averageMs === undefined ? nothing : html`<span class="muted end">${milliseconds(averageMs)} average</span>`}
  </li>`;
}
