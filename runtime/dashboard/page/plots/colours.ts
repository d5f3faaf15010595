/** The plot's colours, as the style sheet has them for the theme that is on. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Told apart by most who see few colours: after Okabe and Ito, in an order in which neighbours differ in brightness. */
export const groupColour = (index: number | "rest"): string => colour(index === "rest" ? "crest" : `c${index}`);
