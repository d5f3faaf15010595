import { which } from "../engine/index.ts";
import { debianPart } from "./debian.ts";

/** The command that starts it. */
export const chromiumPath = (): string | undefined =>
  which("chromium") ?? which("chromium-browser") ?? which("google-chrome");

/** Chromium: the system's own, so that nothing is fetched from anywhere else. */
export const chromium = debianPart("Chromium", "chromium", chromiumPath);
