export type Theme = "auto" | "light" | "dark";

const storageKey = "hybrid-llm-theme";

export const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

/** What was chosen on this machine; `auto` is what the system says. */
export function chosenTheme(): Theme {
  try {
    const chosen = localStorage.getItem(storageKey);
    return chosen === "light" || chosen === "dark" ? chosen : "auto";
  } catch {
    return "auto";
  }
}

export function chooseTheme(theme: Theme): void {
  try {
    localStorage.setItem(storageKey, theme);
  } catch {
    // No storage: the system's choice holds.
  }
  applyTheme();
}

export function applyTheme(): void {
  const theme = chosenTheme();
  document.documentElement.dataset.theme = theme === "auto" ? (systemIsDark.matches ? "dark" : "light") : theme;
}
