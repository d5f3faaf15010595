import { html, type TemplateResult } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import type { LiveRequest, SharingSection } from "../../protocol.ts";
import { latest, type Shown, type State } from "../state.ts";
import { choice, empty, nothing, pill, scrolling, type View } from "./parts.ts";
import { requestRow } from "./request-row.ts";

const shownRows = 50;
const filters = [
  { value: "all", text: "All" },
  { value: "running", text: "Running" },
  { value: "failed", text: "Failed" },
] as const;

export function requestTools(state: State, changed: () => void): TemplateResult {
  const show = (value: Shown) => {
    state.shown = value;
    changed();
  };
  const pause = () => {
    state.paused = state.paused ? undefined : latest(state);
    changed();
  };
  return html`${heard(state.sections.sharing)}${choice("shown", "Which requests", filters, state.shown, show)}
    <button type="button" class="quiet" aria-pressed=${state.paused ? "true" : "false"} @click=${pause}>${
      state.paused ? "Go on" : "Pause"
    }</button>`;
}

/** Whose requests these are. */
function heard(sharing: SharingSection | undefined): View {
  if (sharing?.state === "lost") return pill("warn", "this router's only");
  if (sharing?.state !== "shared") return nothing;
  return html`<span class="muted">${sharing.others === 0 ? "1 router" : `${sharing.others + 1} routers`}</span>`;
}

const isFailed = ({ status, outcome, past }: LiveRequest): boolean =>
  (status !== undefined && status >= 400) || outcome === "broken_off" || (past === true && outcome !== "answered");
const passes: Readonly<Record<Shown, (request: LiveRequest) => boolean>> = {
  all: () => true,
  running: ({ ms }) => ms === undefined,
  failed: isFailed,
};

export function requests(state: State): View {
  const { sharing } = state.sections;
  const shared = sharing !== undefined && sharing.state !== "none";
  const all = (state.paused ?? latest(state)).filter(passes[state.shown]).slice(0, shownRows);
  if (all.length === 0) {
    return state.shown === "all"
      ? empty(
          "No request yet",
          html`Send one to <code>POST /v1/chat/completions</code>, <code>/v1/messages</code> or <code>/v1/route</code>; it
            is here while it runs.`,
        )
      : empty(
          state.shown === "running" ? "None is running" : "None has failed",
          shared ? "Of those that were seen while this page was open." : "Of those that were seen by this router.",
        );
  }
  return scrolling(
    "Requests, latest first",
    html`<table class="requests" role="table">
      <thead role="rowgroup">
        <tr role="row">
          ${headings(shared).map(([text, name]) => html`<th scope="col" role="columnheader" class=${name}>${text}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${repeat(
          all,
          ({ number }) => number,
          (request) => requestRow(request, state.clock, shared),
        )}
      </tbody>
    </table>`,
  );
}

const headings = (shared: boolean): readonly (readonly [text: string, name: string])[] => [
  ["Time", ""],
  ["Status", ""],
  ["Tenant", ""],
  ["Asked", ""],
  ["Route", ""],
  ...(shared ? ([["Router", ""]] as const) : []),
  ["First token", "number"],
  ["Latency", "number"],
  ["Cost", "number"],
];
