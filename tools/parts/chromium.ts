import { dirname } from "node:path";
import { which } from "../engine/index.ts";
import { ensurePackages } from "./debian.ts";
import type { Part } from "./part.ts";

const browser = () => which("chromium") ?? which("chromium-browser") ?? which("google-chrome");

/** Chromium: the system's own, so that nothing is fetched from anywhere else. */
export const chromium: Part = {
  name: "Chromium",
  find() {
    const found = browser();
    return found && dirname(found);
  },
  async ensure(progress) {
    const needs = [{ package: "chromium", present: () => browser() !== undefined }];
    await ensurePackages("Chromium", needs, progress);
    return dirname(browser() ?? "");
  },
};

/** The command that starts it. */
export const chromiumPath = (): string | undefined => browser();
