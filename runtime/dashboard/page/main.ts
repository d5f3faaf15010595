import { render } from "lit-html";
import { Feed } from "./feed.ts";
import { Clock } from "./format.ts";
import { breakdownDrawing } from "./plots/breakdown-plot.ts";
import { Plot } from "./plots/plot.ts";
import { spendDrawing } from "./plots/spend-plot.ts";
import { forget, newState, takeRequests } from "./state.ts";
import { themeButton } from "./theme-button.ts";
import { about, identity } from "./views/about.ts";
import { backends } from "./views/backends.ts";
import { breakdown, breakdownTable, choices, rangeOf } from "./views/breakdown.ts";
import { budgets } from "./views/budgets.ts";
import { connection } from "./views/connection.ts";
import { ledger } from "./views/ledger.ts";
import { notices } from "./views/notices.ts";
import { periods } from "./views/periods.ts";
import { refusals } from "./views/refusals.ts";
import { requests, requestTools } from "./views/requests.ts";
import { spend, spendTable } from "./views/spend.ts";

const state = newState();

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

const spendPlot = new Plot(element("spend-plot"));
const breakdownPlot = new Plot(element("breakdown-plot"));
const parts = {
  identity: element("identity"),
  connection: element("connection"),
  notices: element("notices"),
  spend: element("spend"),
  spendTable: element("spend-table"),
  periods: element("periods"),
  choices: element("choices"),
  breakdown: element("breakdown"),
  breakdownTable: element("breakdown-table"),
  backends: element("backends"),
  budgets: element("budgets"),
  requestTools: element("requests-tools"),
  requests: element("requests"),
  refusals: element("refusals"),
  ledger: element("ledger"),
  about: element("about"),
};

function draw(): void {
  render(identity(state), parts.identity);
  render(connection(state), parts.connection);
  render(notices(state), parts.notices);
  render(spend(state), parts.spend);
  render(spendTable(state), parts.spendTable);
  render(periods(state), parts.periods);
  render(choices(state, changed), parts.choices);
  render(breakdown(state), parts.breakdown);
  render(breakdownTable(state), parts.breakdownTable);
  render(backends(state), parts.backends);
  render(budgets(state), parts.budgets);
  render(requestTools(state, changed), parts.requestTools);
  render(requests(state), parts.requests);
  render(refusals(state), parts.refusals);
  render(ledger(state), parts.ledger);
  render(about(state), parts.about);
  spendPlot.show(spendDrawing(state.sections.spend, state.sections.today, state.clock));
  breakdownPlot.show(breakdownDrawing(rangeOf(state), state.by, state.clock));
}

let asked = false;

/** However much comes at once, it is drawn once. */
function changed(): void {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    draw();
  });
}

themeButton(element("theme"), () => {
  spendPlot.clear();
  breakdownPlot.clear();
  changed();
});

new Feed({
  section(name, value) {
    state.sections = { ...state.sections, [name]: value };
    const zone = state.sections.router?.timezone;
    if (zone !== undefined && zone !== state.clock.zone) state.clock = new Clock(zone);
    changed();
  },
  requests(told) {
    takeRequests(state, told);
    changed();
  },
  newSource: () => forget(state),
  connection(now) {
    state.connection = now;
    changed();
  },
});
draw();
// Times that are told from now on go on though nothing is told.
setInterval(changed, 15_000);
