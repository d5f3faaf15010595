import { chromium as playwright } from "playwright-core";
import type { DemoHouse } from "./house.ts";

export interface Shot {
  readonly name: string;
  readonly theme: "light" | "dark";
  readonly width: number;
  readonly height: number;
}

export const shots: readonly Shot[] = [
  { name: "dashboard-light", theme: "light", width: 1360, height: 1080 },
  { name: "dashboard-dark", theme: "dark", width: 1360, height: 1080 },
  { name: "dashboard-phone", theme: "light", width: 390, height: 1180 },
];

/** Takes pictures of the dashboard while requests run. */
export async function takeShots(house: DemoHouse, browserPath: string, fileOf: (shot: Shot) => string): Promise<void> {
  const browser = await playwright.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
  try {
    for (const shot of shots) {
      const { theme, width, height } = shot;
      const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme, reducedMotion: "reduce" });
      await page.goto(`${house.url}/dashboard`);
      await page.fill("#key", house.adminKey);
      await page.click("button[type=submit]");
      await page.waitForSelector("#spend-plot canvas");
      await house.traffic();
      await page.waitForSelector("table.requests .busy");
      await page.waitForTimeout(2_500);
      await page.screenshot({ path: fileOf(shot), fullPage: width < 600 });
      await page.close();
    }
  } finally {
    await browser.close();
  }
}
