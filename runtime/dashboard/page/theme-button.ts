import { applyTheme, chooseTheme, chosenTheme, systemIsDark, type Theme } from "./themes.ts";

const next: Readonly<Record<Theme, Theme>> = { auto: "light", light: "dark", dark: "auto" };

/** A button that goes round the themes; `changed` is called whenever colours are others. */
export function themeButton(button: HTMLElement, changed: () => void): void {
  const label = () => {
    button.textContent = `Theme: ${chosenTheme()}`;
  };
  button.addEventListener("click", () => {
    chooseTheme(next[chosenTheme()]);
    label();
    changed();
  });
  systemIsDark.addEventListener("change", () => {
    applyTheme();
    changed();
  });
  label();
}
