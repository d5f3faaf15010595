import { createHmac } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseRouterConfig } from "../../../runtime/config/index.ts";
import { Alerts, BudgetAlert, MemoryClaims } from "../../../runtime/router/alerts/index.ts";
import { signature } from "../../../runtime/router/alerts/webhook.ts";
import { until } from "../../support/wait.ts";
import { type Receiver, receiver, told } from "./receiver.ts";

const secret = `whsec_${Buffer.from("a secret of twenty-four b").toString("base64")}`;
const resetsAt = Date.UTC(2026, 11, 1);
const alert = (about: number) => ({
  scope: "stack" as const,
  period: "day" as const,
  periodId: 20_787,
  about,
  status: { limit: 50e9, spent: 40.5e9, estimated: 0, reserved: 1e9, resetsAt },
  forecast: { perHour: 2e9, exhaustedAt: resetsAt - 3_600_000 },
  throttle: "cheaper" as const,
  now: Date.UTC(2026, 10, 30, 18),
});

function alertsTo({ url }: Pick<Receiver, "url">, settings: object = {}) {
  const { budgets } = parseRouterConfig(
    {
      budgets: {
        alerts: { webhook: { env: "URL" }, signatureSecret: { env: "SECRET" }, baseMs: 1, capMs: 5, ...settings },
      },
    },
    "test",
  );
  const lines: string[] = [];
  const note = (fields: object, text?: string) => void lines.push(JSON.stringify({ ...fields, text }));
  const values: Record<string, string> = { URL: url, SECRET: secret };
  const alerts = new Alerts({
    config: budgets.alerts,
    teller: { name: "front", region: "eu", timezone: "UTC" },
    claims: new MemoryClaims(),
    log: { info: note, warn: note, error: note } as never,
    openSecret: (source) => ({ read: () => values["env" in source ? source.env : ""], remedy: "set it" }),
  });
  onTestFinished(() => alerts.close({ timeoutMs: 0 }));
  return { alerts, lines };
}

test("a signature is that of the specification's example", () => {
  const signed = 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}';
  expect(signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", signed)).toBe(
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  );
});

test("an alert comes as its schema says, signed over what was sent", async () => {
  const to = await receiver();
  const { alerts } = alertsTo(to);
  await alerts.tell([alert(80)], Date.now());
  await until(() => to.received.length === 1);
  const [{ headers, body }] = to.received as [Receiver["received"][number]];
  expect(BudgetAlert.parse(JSON.parse(body))).toMatchObject({
    type: "budget.threshold",
    text: "The stack has spent $40.50 of $50.00 for this day (81 %). At this rate, exhausted at 23:00 UTC; it begins anew at Tue 1 Dec, 00:00 UTC. auto takes cheaper models now.",
    data: { router: "front", region: "eu", usd_per_hour: 2, exhausted: "2026-11-30T23:00:00.000Z" },
  });
  const key = Buffer.from(secret.slice(6), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  expect(headers["webhook-signature"]).toBe(`v1,${createHmac("sha256", key).update(signed).digest("base64")}`);
  expect(Math.abs(Number(headers["webhook-timestamp"]) - Date.now() / 1_000)).toBeLessThan(300);
  expect(headers["webhook-id"]).toMatch(/^alert_[0-9a-f]{32}$/);
});

describe("a receiver that fails", () => {
  test("is asked again with the same id until it takes the alert", async () => {
    const to = await receiver();
    to.answer = (response, count) => {
      if (count === 2) response.destroy();
      else response.writeHead(count === 1 ? 503 : 200).end();
    };
    const { alerts } = alertsTo(to);
    await alerts.tell([alert(80)], Date.now());
    await until(() => alerts.of("day:20787:80:stack")?.state === "sent");
    expect(to.received).toHaveLength(3);
    expect(new Set(to.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(alerts.health).toEqual({ status: "ok", waiting: 0, failed: 0 });
    await alerts.tell([alert(80)], Date.now());
    expect(to.received).toHaveLength(3);
  });

  test("is given up, and told of without its URL", async () => {
    const to = await receiver();
    to.answer = (response) => response.writeHead(500).end();
    const { alerts, lines } = alertsTo(to, { retries: 2 });
    await alerts.tell([alert(80)], Date.now());
    await until(() => alerts.of("day:20787:80:stack")?.state === "failed");
    expect(to.received).toHaveLength(3);
    expect(alerts.health).toEqual({ status: "failing", why: "HTTP 500", waiting: 0, failed: 1 });
    expect(alerts.counts).toEqual({ sent: 0, failed: 1 });
    const shown = lines.join("\n") + JSON.stringify(alerts.health);
    expect(shown).toContain("given up");
    for (const hidden of [to.token, "127.0.0.1", secret]) expect(shown).not.toContain(hidden);
  });

  test.each([
    ["that is not there", "http://127.0.0.1:1/T0KEN-of-the-webhook-52118", "not reached (ECONNREFUSED)"],
    ["whose address is none", "mailto:T0KEN-of-the-webhook-52118", "its URL is not one of HTTP"],
  ])("one %s is told of without its URL", async (_, url, why) => {
    const { alerts, lines } = alertsTo({ url }, { retries: 0 });
    await alerts.tell([alert(80)], Date.now());
    await until(() => alerts.health?.failed === 1);
    expect(alerts.health?.why).toBe(why);
    expect(lines.join("\n")).not.toContain("T0KEN");
  });

  test("one that never answers holds up no other alert, and no more than a hundred wait", async () => {
    const to = await receiver();
    to.answer = () => {};
    const { alerts } = alertsTo(to, { timeoutMs: 60_000 });
    const many = Array.from({ length: 150 }, (_, index) => ({ ...alert(80), scope: `key:k${index}` as const }));
    await alerts.tell(many, Date.now());
    expect(alerts.health?.waiting).toBe(100);
    await alerts.tell(many, Date.now());
    expect(alerts.health?.waiting).toBe(100);
  });

  test("what is being delivered when the webhook changes is still delivered", async () => {
    const to = await receiver();
    to.answer = (response, count) => response.writeHead(count < 3 ? 500 : 200).end();
    const { alerts } = alertsTo(to);
    await alerts.tell([alert(80)], Date.now());
    alerts.reconfigure({ ...alerts.config, thresholds: [10], baseMs: 2 });
    await until(() => alerts.of("day:20787:80:stack")?.state === "sent");
    await alerts.tell([alert(95)], Date.now());
    await until(() => to.received.length === 4);
    expect(told(to).at(-1)).toBe("stack day 95");
  });
});
