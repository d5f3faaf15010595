import { html, type TemplateResult } from "lit-html";
import type { Hop, LiveRequest, RouterName } from "../../protocol.ts";
import { type Clock, milliseconds, usdFine } from "../format.ts";
import { nothing, pill, type Tone } from "./parts.ts";

/** @param shared there are requests of several routers */
export function requestRow(request: LiveRequest, clock: Clock, shared: boolean): TemplateResult {
  const { at, tenant, key, asked, firstTokenMs, ms, cost, past, streams, router } = request;
  const [tone, words] = standing(request);
  return html`<tr role="row" class=${tone === "bad" ? "failed" : ""}>
    <td role="cell" class="when">${clock.second(at)}</td>
    <td role="cell" class="standing">${pill(tone, words)}</td>
    <td role="cell" class="who"><span class="cut">${tenant ?? "–"}</span>${key === undefined ? nothing : html`<code class="muted cut">${key}</code>`}</td>
    <td role="cell" class="asked"><span class="cut">${asked ?? (past ? "–" : "")}</span>${streams ? html`<span class="muted">stream</span>` : nothing}</td>
    <td role="cell" class="route">${route(request)}</td>
    ${shared ? html`<td role="cell" class="teller">${teller(router)}</td>` : nothing}
    <td role="cell" class="number" data-label="first token">${firstTokenMs === undefined ? "–" : milliseconds(firstTokenMs)}</td>
    <td role="cell" class="number" data-label="latency">${ms === undefined ? html`${milliseconds(Math.max(0, Date.now() - at))} …` : milliseconds(ms)}</td>
    <td role="cell" class="number" data-label="cost">${cost === undefined ? "–" : usdFine(cost)}</td>
  </tr>`;
}

function standing({ status, outcome, error, ms, past }: LiveRequest): readonly [Tone, string] {
  if (ms === undefined) return ["busy", "running"];
  if (outcome === "client_gone" || status === 499) return ["off", "client gone"];
  if (outcome === "unheard") return ["warn", "not heard of"];
  if (outcome === "broken_off") return ["bad", "broken off"];
  if (past) return outcome === "answered" ? ["good", "answered"] : ["bad", outcome ?? "failed"];
  if (outcome === "replayed") return ["good", `${status} replayed`];
  if (status !== undefined && status >= 400)
    return ["bad", error === undefined ? String(status) : `${status} ${error}`];
  return ["good", String(status)];
}

/** The process tells pods of the same name apart. */
function teller(router: RouterName | undefined): TemplateResult {
  if (!router) return html`<span class="muted">–</span>`;
  const { name, region, process } = router;
  return html`<span class="cut" title=${process}>${region === undefined ? name : `${name} · ${region}`}</span
    ><code class="muted cut">${process}</code>`;
}

function route(request: LiveRequest): TemplateResult {
  const { backend, model, attempts, failures, reason, id } = request;
  const target = backend === undefined ? "not asked" : `${backend}/${model ?? ""}`;
  const tries = attempts > 1 ? html`<span class="muted">${attempts} attempts</span>` : nothing;
  if (failures.length === 0 && reason === undefined) return html`<span class="target">${target}</span> ${tries}`;
  return html`<details>
    <summary><span class="target">${target}</span> ${tries}</summary>
    <dl class="why">
      ${reason === undefined ? nothing : html`<div><dt>why</dt><dd>${reason}</dd></div>`}
      ${failures.map((hop) => html`<div><dt>failed</dt><dd><code>${hopName(hop)}</code> ${hop.reason}</dd></div>`)}
      <div><dt>id</dt><dd><code>${id}</code></dd></div>
    </dl>
  </details>`;
}

const hopName = ({ backend, model }: Hop): string => (model === undefined ? backend : `${backend}/${model}`);
