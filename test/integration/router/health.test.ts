import { expect, test } from "vitest";
import { configHash } from "../../../runtime/config/index.ts";
import { until } from "../../support/wait.ts";
import { scratch, withLedger } from "./money.ts";
import { onChat, pair, router as startRouter, upstream } from "./support.ts";

type Health = {
  status: string;
  config: string;
  backends: Record<string, { status: string; why?: string; latency_ms?: number }>;
  ledger?: { writable: boolean; database: string; waiting?: true };
  budgets: { known: boolean; why?: string };
};

const healthOf = async (router: { url: string }) => (await (await fetch(`${router.url}/health`)).json()) as Health;

test("health tells of each backend what it is, and needs no key", async () => {
  const { router } = await pair({}, {}, { config: { name: "asia-1", region: "ap-south-1", backends: { claude: {} } } });
  const health = await healthOf(router);
  expect(health).toMatchObject({
    name: "asia-1",
    region: "ap-south-1",
    status: "healthy",
    airgap: false,
    draining: false,
    backends: {
      openai: { status: "healthy", model: "big", rehearsal: true, latency_ms: expect.any(Number) },
      local: { status: "healthy", model: "llama3", rehearsal: true },
      claude: { status: "disabled", why: "no key: set ANTHROPIC_API_KEY" },
      gemini: { status: "disabled", why: "no key: set GEMINI_API_KEY" },
      triton: { status: "disabled", why: "not configured" },
    },
  });
  expect(health.config).toMatch(/^[0-9a-f]{12}$/);
  expect(health.config).not.toBe(configHash({}));
});

test("a backend that does not answer is down, and the others still count", async () => {
  const { router, openai } = await pair({});
  await openai.close();
  expect(await healthOf(router)).toMatchObject({
    status: "degraded",
    backends: { openai: { status: "down", why: "connection refused" }, local: { status: "healthy" } },
  });
});

test("a backend whose last request failed is degraded until one succeeds", async () => {
  const { router, openai } = await pair(onChat({ fault: { type: "status", status: 500 } }));
  await router.chat({ model: "openai" });
  expect((await healthOf(router)).backends.openai).toMatchObject({ status: "degraded", why: "last request: HTTP 500" });
  openai.setScript({});
  await router.chat({ model: "openai" });
  expect((await healthOf(router)).backends.openai).toMatchObject({ status: "healthy" });
});

test("an Ollama without the model says how to get it", async () => {
  const { router } = await pair({}, { models: ["mistral"] });
  const { backends } = await healthOf(router);
  expect(backends.local).toMatchObject({
    status: "degraded",
    why: "the model llama3 is not there: ollama pull llama3",
  });
});

test("many callers of /health at once make one probe", async () => {
  const { router, openai } = await pair({});
  await Promise.all(Array.from({ length: 30 }, () => healthOf(router)));
  expect(openai.requests.filter(({ path }) => path === "/v1/models").length).toBeLessThan(5);
});

test("a cloud backend without its key is disabled and says which variable to set", async () => {
  const { url } = await upstream();
  const router = await startRouter({ config: { backends: { openai: { baseUrl: url } } } });
  expect((await healthOf(router)).backends.openai).toEqual({ status: "disabled", why: "no key: set OPENAI_API_KEY" });
});

test("health tells of the ledger where there is one, and that it is known what was spent", async () => {
  expect(await healthOf((await pair({})).router)).not.toHaveProperty("ledger");
  const { router } = await withLedger();
  const health = () => healthOf(router);
  await until(async () => (await health()).budgets.known);
  expect(await health()).toMatchObject({
    status: "healthy",
    ledger: { writable: true, database: "embedded" },
    budgets: { known: true },
  });
});

test("a database that is away and a Redis that is gone are told without their addresses", async () => {
  const { router } = await pair(
    {},
    {},
    {
      config: { ledger: { directory: scratch(), batch: { intervalMs: 20 } } },
      environment: { DATABASE_URL: "postgresql://me:canary@127.0.0.1:9/ledger", REDIS_URL: "redis://127.0.0.1:9" },
    },
  );
  await until(async () => (await healthOf(router)).ledger?.waiting === true);
  const text = await (await fetch(`${router.url}/health`)).text();
  expect(JSON.parse(text)).toMatchObject({
    status: "degraded",
    ledger: { writable: true, database: "postgresql", waiting: true },
    budgets: { known: false, why: "Redis can't be reached" },
  });
  expect(text).not.toMatch(/127\.0\.0\.1|canary/);
});

test("livez and readyz answer without a key", async () => {
  const { router } = await pair({});
  expect(await (await fetch(`${router.url}/livez`)).json()).toEqual({ live: true });
  expect(await (await fetch(`${router.url}/readyz`)).json()).toEqual({ ready: true });
});

test("probes do not fill the log", async () => {
  const { router } = await pair({});
  for (const path of ["/livez", "/readyz", "/health"]) await router.get(path);
  await router.chat({ model: "openai" });
  await router.requestLine();
  expect(router.log.filter(({ msg }) => msg === "request")).toHaveLength(1);
});
