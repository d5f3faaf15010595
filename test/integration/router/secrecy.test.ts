import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ConfigurationError, issueKey, loadRouterConfig } from "../../../runtime/config/index.ts";
import { bearer, chatPath, key, onChat, pair, router as startRouter, upstream } from "./support.ts";

const providerKey = "sk-canary-0123456789abcdef";
const fileKey = "filecanary9876543210";
const promptCanary = "CANARY-PROMPT-4711";
const answerCanary = "CANARY-ANSWER-0815";

/** Everything that leaves the router but for the answers themselves. */
async function everythingSaid(router: Awaited<ReturnType<typeof startRouter>>, bodies: string[]): Promise<string> {
  return [router.logText(), await (await fetch(`${router.url}/health`)).text(), ...bodies].join("\n");
}

test("no key of a provider is ever said, even where the provider repeats it", async () => {
  const { url, setScript, requests } = await upstream();
  const router = await startRouter({
    config: { backends: { openai: { baseUrl: url } }, log: { level: "debug" } },
    environment: { OPENAI_API_KEY: providerKey },
  });
  const said: string[] = [];
  const echo = `Incorrect API key provided: ${providerKey}; Authorization: Bearer ${providerKey}`;
  for (const status of [400, 401, 403, 429, 500]) {
    const body = JSON.stringify({ error: { message: echo, type: providerKey, param: providerKey } });
    setScript(onChat({ fault: { type: "status", status, body } }));
    for (const stream of [false, true]) said.push(await (await router.chat({ model: "openai", stream })).text());
  }
  setScript(onChat({ text: "rehearsal a b c d", gapMs: 20, fault: { type: "inband", afterEvents: 2, message: echo } }));
  said.push(await (await router.chat({ model: "openai", stream: true })).text());
  setScript({ rules: [{ path: "/v1/models", behaviour: { fault: { type: "status", status: 401, message: echo } } }] });
  const all = await everythingSaid(router, said);
  expect(requests[0]?.authorization).toBe("present");
  expect(all).not.toContain(providerKey);
  expect(all).not.toContain("sk-canary");
  expect(all).toContain("[redacted]");
});

test("no key of a file is ever said", async () => {
  const directory = mkdtempSync(join(tmpdir(), "router-secrecy-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "key");
  writeFileSync(file, `${fileKey}\n`);
  const { url, requests } = await upstream(
    onChat({ fault: { type: "status", status: 400, message: `no ${fileKey}` } }),
  );
  const router = await startRouter({ config: { backends: { openai: { baseUrl: url, apiKey: { file } } } } });
  const said = await (await router.chat({ model: "openai" })).text();
  expect(requests[0]?.authorization).toBe("present");
  expect(await everythingSaid(router, [said])).not.toContain(fileKey);
  expect(said).toContain("[redacted]");
});

test("no client's key, prompt or answer is in the log", async () => {
  const { router } = await pair(
    onChat({ text: `rehearsal ${answerCanary}` }),
    {},
    { config: { log: { level: "debug" } } },
  );
  const messages = [{ role: "user", content: promptCanary }];
  for (const stream of [false, true]) await (await router.chat({ model: "openai", stream, messages })).text();
  await router.post(chatPath, `{"model": "openai", "messages": "${promptCanary}`);
  await router.chat({ model: promptCanary, messages: [{ role: promptCanary, content: 5 }] });
  await router.chat({ model: "openai", messages: [{ role: "user", content: promptCanary }], stream: promptCanary });
  await router.get(`/v1/${key.key}?key=${key.key}`, { "x-request-id": key.key });
  await fetch(`${router.url}/v1/models?api_key=${key.key}`, { headers: { authorization: `Bearer ${issueKey().key}` } });
  await router.get("/v1/models", { ...bearer, "x-api-key": key.key });
  const log = router.logText();
  expect(log.split("\n").length).toBeGreaterThan(8);
  for (const secret of [promptCanary, answerCanary, key.key, key.key.slice(-20), "Bearer"])
    expect(log).not.toContain(secret);
});

test("a key that was put into the configuration by mistake is not shown in its error", () => {
  const directory = mkdtempSync(join(tmpdir(), "router-secrecy-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "router.json");
  writeFileSync(
    file,
    JSON.stringify({ backends: { openai: { apiKey: providerKey } }, keys: [{ id: "abcd", sha256: key.key }] }),
  );
  expect(() => loadRouterConfig(file, {})).toThrow(ConfigurationError);
  try {
    loadRouterConfig(file, {});
  } catch (error) {
    expect(String(error)).not.toContain(providerKey);
    expect(String(error)).not.toContain(key.key);
  }
});
