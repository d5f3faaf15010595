import { html, type TemplateResult } from "lit-html";
import type { Farewell } from "../../protocol.ts";
import type { State } from "../state.ts";

const farewells: Readonly<Record<Farewell, string>> = {
  signed_out: "Your session has ended.",
  expired: "Your session has ended.",
  key_revoked: "The key that you signed in with is no longer an admin key here.",
  disabled: "The dashboard was turned off (dashboard.enabled).",
};

/** What one must not overlook, before everything else. */
export function notices({ connection, sections: { spend, ledger, backends, sharing } }: State): TemplateResult {
  const told: (TemplateResult | string)[] = [];
  if (connection.kind === "over") {
    told.push(html`${farewells[connection.why]} What is shown is of the past. <a href="/dashboard">Sign in again</a>`);
  }
  if (connection.kind === "lost") told.push(connection.why);
  if (spend && !spend.known) {
    told.push(`What was spent is not known now: ${spend.why}. Paid requests wait for it, or are refused.`);
  }
  if (ledger?.state === "known" && !ledger.writable) {
    told.push(`The ledger can't write (${ledger.journal ?? "its journal is full"}): what costs is refused.`);
  }
  if (sharing?.state === "lost") {
    told.push("The other routers are not heard, as Redis can't be reached: the requests below are this router's only.");
  }
  const used = backends?.filter(({ status }) => status !== "disabled") ?? [];
  if (backends && used.length === 0) {
    told.push(
      html`No backend is enabled: set a provider's key, or <code>OLLAMA_HOST</code>, and start the router again.`,
    );
  } else if (used.length > 0 && used.every(({ status }) => status === "down")) told.push("All backends are down.");
  return html`${told.map((text) => html`<p class="notice">${text}</p>`)}`;
}
