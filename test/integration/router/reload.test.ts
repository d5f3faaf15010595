import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { loadRouterConfig, type RouterConfigInput, renderJson } from "../../../runtime/config/index.ts";
import { startRouter } from "../../../runtime/router/index.ts";
import { until } from "../../support/wait.ts";
import { bearer, jsonType, key, onChat, textOf, upstream } from "./support.ts";

let file: string;

beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), "hybrid-llm-reload-"));
  file = join(directory, "router.json");
  onTestFinished(() => rmSync(directory, { recursive: true }));
});

/** A router that watches its configuration's file. */
async function watching(config: RouterConfigInput) {
  const lines: string[] = [];
  const write = (next: RouterConfigInput) => writeFileSync(file, renderJson(next));
  write(config);
  const load = () => loadRouterConfig(file, {});
  const running = await startRouter(load(), {
    environment: {},
    logTo: { write: (line) => void lines.push(line) },
    source: { file, load },
  });
  onTestFinished(() => running.drain());
  const ask = (headers: Record<string, string> = bearer, stream = false) =>
    fetch(`${running.url}/v1/chat/completions`, {
      method: "POST",
      headers: { ...headers, ...jsonType },
      body: JSON.stringify({ model: "local", stream, messages: [{ role: "user", content: "hello" }] }),
    });
  const said = (text: string) => until(() => lines.some((line) => line.includes(text)));
  const hash = async () => ((await (await fetch(`${running.url}/health`)).json()) as { config: string }).config;
  return { ask, write, said, hash, lines };
}

const base = (baseUrl: string, more: RouterConfigInput = {}): RouterConfigInput => ({
  allowRehearsal: true,
  listen: { port: 0 },
  deadlines: { drainMs: 20 },
  failoverChain: ["local"],
  keys: [{ id: key.id, sha256: key.sha256 }],
  backends: { local: { baseUrl, rehearsal: true } },
  ...more,
});

test("a changed configuration is in force without dropping a request", async () => {
  const [one, two] = await Promise.all([
    upstream(onChat({ text: "rehearsal one of the first", gapMs: 400 })),
    upstream(onChat({ text: "rehearsal two" })),
  ]);
  const router = await watching(base(one.url));
  const before = await router.hash();
  const underWay = await router.ask(bearer, true);
  router.write(base(two.url));
  await router.said("configuration reloaded");
  expect(await (await router.ask()).text()).toContain("rehearsal two");
  expect(await router.hash()).not.toBe(before);
  expect(textOf(await underWay.text())).toBe("rehearsal one of the first");
});

test("a wrong one is refused with its mistakes, and the old one stays", async () => {
  const one = await upstream(onChat({ text: "rehearsal one" }));
  const router = await watching(base(one.url));
  writeFileSync(file, '{"failoverChain": ["nobody"], "retries": {"max": -1}}');
  await router.said("configuration refused, the old one stays");
  const line = router.lines.find((text) => text.includes("refused")) ?? "";
  expect(line).toContain("failoverChain[0]");
  expect(line).toContain("retries.max");
  expect((await router.ask()).status).toBe(200);
});

test("what is fixed while it runs is refused by name", async () => {
  const one = await upstream();
  const router = await watching(base(one.url));
  router.write(base(one.url, { listen: { port: 1 } }));
  await router.said("listen: allowed: what it was at the start; restart the router");
});

test("a key that is taken out stops to work, a new one begins to", async () => {
  const one = await upstream();
  const router = await watching(base(one.url));
  router.write(base(one.url, { keys: [] }));
  await router.said("configuration reloaded");
  expect((await router.ask()).status).toBe(401);
});

test("open circuits stay open over a change of something else", async () => {
  const dead = await upstream(onChat({ fault: { type: "status", status: 500 } }));
  const rules = { breaker: { failureThreshold: 1 }, retries: { max: 0 } };
  const router = await watching(base(dead.url, rules));
  expect((await router.ask()).status).toBe(503);
  router.write(base(dead.url, { ...rules, log: { level: "debug" } }));
  await router.said("configuration reloaded");
  expect(await (await router.ask()).text()).toContain("its circuit is open");
});
