import { html, nothing, type TemplateResult } from "lit-html";

export type View = TemplateResult | typeof nothing;

/** What there is to do where there is nothing to see. */
export const empty = (title: string, what: TemplateResult | string): TemplateResult =>
  html`<div class="empty"><p class="empty-title">${title}</p><p>${what}</p></div>`;

export const waiting = (): TemplateResult => html`<p class="muted waiting">Waiting for the router …</p>`;

/** A share of a whole, as a bar; told to screen readers by the text beside it. */
export function bar(part: number, extra = 0): TemplateResult {
  const [filled, more] = [clamp(part), clamp(part + extra)];
  const level = part >= 0.95 ? "high" : part >= 0.8 ? "raised" : "calm";
  return html`<div class="bar ${level}" aria-hidden="true">
    <div class="bar-reserved" .style=${`width: ${more * 100}%`}></div>
    <div class="bar-part" .style=${`width: ${filled * 100}%`}></div>
  </div>`;
}

const clamp = (part: number): number => Math.min(1, Math.max(0, part));

export interface Option<Value extends string> {
  readonly value: Value;
  readonly text: string;
}

/** One of a few, as a group of radio buttons: arrow keys go from one to the next. */
export function choice<Value extends string>(
  name: string,
  label: string,
  options: readonly Option<Value>[],
  current: Value,
  choose: (value: Value) => void,
): TemplateResult {
  return html`<fieldset class="segments">
    <legend class="unseen">${label}</legend>
    ${options.map(
      ({ value, text }) => html`<label>
        <input
          type="radio"
          name=${name}
          value=${value}
          .checked=${value === current}
          @change=${() => choose(value)}
        /><span>${text}</span>
      </label>`,
    )}
  </fieldset>`;
}

/** A table that can be wider than the page; by keyboard it is scrolled like any other place. */
export const scrolling = (label: string, table: TemplateResult): TemplateResult =>
  html`<div class="scroll" role="region" aria-label=${label} tabindex="0">${table}</div>`;

export type Tone = "good" | "warn" | "bad" | "off" | "busy";

/** A state by its word, its colour and its shape. */
export const pill = (tone: Tone, text: string): TemplateResult =>
  html`<span class="pill ${tone}"><span class="mark" aria-hidden="true"></span>${text}</span>`;

export const silent = (state: "none" | "unavailable"): TemplateResult =>
  state === "none"
    ? empty(
        "There is no ledger",
        html`Set <code>ledger.directory</code>, or <code>DATABASE_URL</code>, and what is spent is told over time.`,
      )
    : empty("The ledger can't be asked now", "Its database is away; the router's log says why. Nothing is lost.");

export { nothing };
