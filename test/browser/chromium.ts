import { type Browser, type Page, chromium as playwright } from "playwright-core";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { chromium, chromiumPath } from "../../tools/parts/index.ts";
import { describeWith } from "../support/part.ts";

let browser: Browser | undefined;

/** Tests in a real Chromium. */
export function describeWithChromium(name: string, tests: () => void): void {
  describeWith(chromium, name, () => {
    beforeAll(async () => {
      const args = ["--no-sandbox", "--disable-dev-shm-usage"];
      browser = await playwright.launch({ executablePath: chromiumPath() ?? "", args });
    });
    afterAll(() => browser?.close());
    tests();
  });
}

export interface PageOptions {
  readonly dark?: boolean;
  readonly width?: number;
  readonly height?: number;
}

export interface OpenPage {
  readonly page: Page;
  /** Violations of the content security policy, errors of scripts and whatever else went to the console. */
  readonly complaints: readonly string[];
}

// What runs in a page is text here: nothing else in the project knows a browser's types.
const tellViolations = `addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) => {
  console.error("CSP: " + violatedDirective + " " + blockedURI + " " + sample);
})`;

/** A page with cookies of its own, which ends with the test. */
export async function newPage({ dark = false, width = 1280, height = 900 }: PageOptions = {}): Promise<OpenPage> {
  if (!browser) throw new Error("there is no browser");
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    reducedMotion: "reduce",
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => void complaints.push(message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  await page.addInitScript(tellViolations);
  return { page, complaints };
}

export async function signIn(page: Page, url: string, key: string): Promise<void> {
  await page.goto(`${url}/dashboard`);
  await page.fill("#key", key);
  await page.press("#key", "Enter");
  await page.waitForSelector("#connection :text('Live')");
}
