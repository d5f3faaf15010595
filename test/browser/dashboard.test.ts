import { expect, onTestFinished, test } from "vitest";
import { RedisServer } from "../support/redis.ts";
import { eventually } from "../support/wait.ts";
import { faultsOf } from "./axe.ts";
import { describeWithChromium, newPage, signIn } from "./chromium.ts";
import { adminKey, house } from "./house.ts";

// Run in the page.
const focusedName = `(() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return "";
  return (focused.getAttribute("aria-label") ?? focused.getAttribute("value") ?? focused.textContent).trim() || "?";
})()`;
const overflowWidth = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

describeWithChromium("the dashboard", () => {
  test("a spend comes onto the page by itself: into its figure, its budgets and its requests", async () => {
    const { router } = await house();
    const { page, complaints } = await newPage();
    await signIn(page, router.url, adminKey.key);
    await page.waitForSelector("#spent-today:text-is('$0.00')");
    const answer = await router.chat({ model: "openai" });
    const cost = Number(answer.headers.get("x-router-cost-usd") ?? 0);
    expect(cost).toBeGreaterThan(0);
    await page.waitForSelector("#spent-today:not(:text-is('$0.00'))");
    // Two digits of it.
    const shown = Number((await page.textContent("#spent-today"))?.replace("$", ""));
    expect(Math.abs(shown - cost) / cost).toBeLessThan(0.05);
    const row = page.locator("table.requests tbody tr").first();
    for (const told of ["200", "school", "openai/big", `$${cost.toFixed(5)}`])
      await row.getByText(told).first().waitFor();
    await page.waitForSelector(".budgets :text('school')");
    await page.waitForSelector(".groups :text('big')");
    await page.waitForSelector("#spend-plot canvas");
    expect(complaints).toEqual([]);
  });

  test.each([
    { theme: "light", dark: false },
    { theme: "dark", dark: true },
  ])(
    "axe finds no serious fault in $theme: signing in, and the dashboard with and without requests",
    async ({ dark }) => {
      const { router } = await house();
      const { page, complaints } = await newPage({ dark });
      await page.goto(`${router.url}/dashboard`);
      expect(await faultsOf(page)).toEqual([]);
      await page.fill("#key", "hl_wrong_key");
      await page.click("button[type=submit]");
      await page.waitForSelector("[role=alert]");
      expect(await faultsOf(page)).toEqual([]);
      await signIn(page, router.url, adminKey.key);
      await page.waitForSelector(".empty");
      expect(await faultsOf(page)).toEqual([]);
      for (const headers of [{}, { "x-router-sovereign": "true" }]) await router.chat({ model: "openai" }, headers);
      await page.waitForSelector("table.requests .bad");
      await page.waitForSelector("table.groups");
      await page.click(".spend .as-table summary");
      expect(await faultsOf(page)).toEqual([]);
      expect(complaints.filter((text) => !text.includes("401"))).toEqual([]);
    },
  );

  test("everything is reached by keyboard alone", async () => {
    const { router } = await house();
    await router.chat({ model: "openai" });
    const { page } = await newPage();
    await page.goto(`${router.url}/dashboard`);
    await page.keyboard.press("Tab");
    await page.waitForSelector("#key:focus");
    await page.keyboard.type(adminKey.key);
    await page.keyboard.press("Enter");
    await page.waitForSelector("table.groups");
    const reached: string[] = [];
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press("Tab");
      const name = await page.evaluate<string>(focusedName);
      if (name === "") break;
      reached.push(name);
    }
    expect(reached[0]).toBe("Skip to the figures");
    expect(reached).toEqual(expect.arrayContaining(["Sign out", "model", "24h", "Costs by model", "all", "Pause"]));
    await page.focus("input[value='24h']");
    await page.keyboard.press("ArrowRight");
    await page.waitForSelector("input[value='7d']:checked");
    await page.waitForSelector(".saved :text('last 7 days')");
  });

  test.each([{ dark: false }, { dark: true }])(
    "at 320 pixels nothing is wider than the page ($dark)",
    async ({ dark }) => {
      const { router } = await house();
      const { page } = await newPage({ width: 320, height: 640, dark });
      const overflow = () => page.evaluate<number>(overflowWidth);
      await page.goto(`${router.url}/dashboard`);
      expect(await overflow()).toBe(0);
      await signIn(page, router.url, adminKey.key);
      await router.chat({ model: "openai" });
      await page.waitForSelector("table.requests");
      await page.waitForSelector("table.groups");
      expect(await overflow()).toBe(0);
      expect(await faultsOf(page)).toEqual([]);
    },
  );

  test("hostile names are shown as text, and no script of theirs runs", async () => {
    const hostile = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
    const { router } = await house({ budgets: { stack: { day: 50 }, tenants: { [hostile]: { day: 5 } } } });
    const { page, complaints } = await newPage();
    await signIn(page, router.url, adminKey.key);
    await router.chat({ model: hostile }, { "x-request-id": "evil" });
    await page.waitForSelector("table.requests .asked");
    expect(await page.textContent("table.requests .asked")).toContain(hostile);
    await page.waitForSelector(".budgets .list");
    expect(await page.textContent(".budgets .list")).toContain(hostile);
    expect(await page.title()).toBe("Dashboard · hybrid-llm");
    expect(await page.$$("main img, main script")).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("no prompt and no answer ever reaches the page", async () => {
    const { router } = await house();
    const { page } = await newPage();
    let told = "";
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    session.on("Network.eventSourceMessageReceived", ({ data }) => {
      told += data;
    });
    await signIn(page, router.url, adminKey.key);
    const canary = "canary-of-a-prompt";
    const answer = await router.chat({ model: "local", messages: [{ role: "user", content: canary }] });
    expect(await answer.text()).toContain("rehearsal");
    await page.waitForSelector("table.requests :text('200')");
    expect(told).toContain("school");
    expect(told).not.toContain(canary);
    expect(told).not.toContain("This is a rehearsal");
    expect(told).not.toContain(adminKey.key);
  });

  test("signing out ends it, here and in another window", async () => {
    const { router } = await house();
    const { page } = await newPage();
    await signIn(page, router.url, adminKey.key);
    const other = await page.context().newPage();
    await other.goto(`${router.url}/dashboard`);
    await other.waitForSelector("#connection :text('Live')");
    await page.click("text=Sign out");
    await page.waitForSelector("#key");
    await other.waitForSelector("#notices :text('Your session has ended')");
    await other.click("text=Sign in again");
    await other.waitForSelector("#key");
  });

  test("a key that is revoked while its page is open ends it: the page says so, and leads to signing in", async () => {
    const { router } = await house();
    const office = { authorization: `Bearer ${adminKey.key}` };
    expect((await router.post("/admin/tenants", { name: "desk" }, office)).status).toBe(201);
    const made = await router.post("/admin/keys", { tenant: "desk", role: "admin" }, office);
    const { id, key } = (await made.json()) as { id: string; key: string };
    const { page } = await newPage();
    await signIn(page, router.url, key);
    await router.chat({ model: "local" });
    await page.waitForSelector("table.requests :text('school')");
    const revoked = await fetch(`${router.url}/admin/keys/${id}`, { method: "DELETE", headers: office });
    expect(revoked.status).toBe(200);
    await page.waitForSelector("#notices :text('no longer an admin key')");
    await page.waitForSelector("#connection :text('Ended')");
    expect(await faultsOf(page)).toEqual([]);
    expect((await page.request.get(`${router.url}/dashboard/session`)).status()).toBe(401);
    await page.click("text=Sign in again");
    await page.fill("#key", key);
    await page.press("#key", "Enter");
    await page.waitForSelector("[role=alert]:has-text('not known here')");
    await signIn(page, router.url, adminKey.key);
  });

  test("after the router has started anew the page is live again by itself, still signed in through Redis", async () => {
    const redis = await RedisServer.start();
    try {
      const environment = { REDIS_URL: redis.url };
      const { router, ...providers } = await house({}, { environment });
      const { page } = await newPage();
      await signIn(page, router.url, adminKey.key);
      await page.waitForSelector(".backends :text('healthy')");
      const port = Number(new URL(router.url).port);
      await router.drain();
      await page.waitForSelector("#connection :text('Reconnecting')");
      const again = await house({ listen: { port } }, { environment });
      await page.waitForSelector("#connection :text('Live')");
      await again.router.chat({ model: "local" });
      await page.waitForSelector("table.requests :text('200')");
      expect(Object.keys(providers)).toContain("local");
    } finally {
      await redis.stop();
    }
  });

  test("requests of the other routers are on the page, with who tells of them, while there is a Redis", async () => {
    const redis = await RedisServer.start();
    onTestFinished(() => redis.stop());
    const environment = { REDIS_URL: redis.url };
    const [eu, us] = [
      await house({ name: "front", region: "eu" }, { environment }),
      await house({ name: "front", region: "us" }, { environment }),
    ];
    const { page, complaints } = await newPage();
    await signIn(page, eu.router.url, adminKey.key);
    await page.waitForSelector("#requests-tools :text('2 routers')");
    await us.router.chat({ model: "local" });
    await page.waitForSelector("table.requests .teller :text('front · us')");
    expect(await faultsOf(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    // Plots follow a new width when they are told of it.
    await eventually("a page no wider than its screen", async () => (await page.evaluate<number>(overflowWidth)) === 0);
    expect(complaints).toEqual([]);
    await redis.kill();
    await page.waitForSelector("#notices :text('other routers are not heard')");
    await eu.router.chat({ model: "local" });
    await page.waitForSelector("table.requests .teller :text('front · eu')");
    expect(await faultsOf(page)).toEqual([]);
  });
});
