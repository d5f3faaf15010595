import { expect, test } from "vitest";
import { onChat, pair, says } from "./support.ts";

const textOf = async (router: { url: string }) => await (await fetch(`${router.url}/metrics`)).text();

test("GET /metrics tells requests, attempts, tokens and circuits, and needs no key", async () => {
  const { router } = await pair(onChat({ fault: { type: "status", status: 500 } }), says("rehearsal well"));
  for (let i = 0; i < 3; i++) await router.chat({ model: "openai" });
  await router.requestLine();
  const text = await textOf(router);
  expect(text).toMatch(/hybrid_llm_requests_total\{[^}]*route="\/v1\/chat\/completions"[^}]*status="200"[^}]*\} 3/);
  expect(text).toMatch(/hybrid_llm_attempts_total\{[^}]*backend="openai"[^}]*outcome="failed"[^}]*\} 3/);
  expect(text).toMatch(/hybrid_llm_breaker_state\{[^}]*backend="openai"[^}]*state="open"[^}]*\} 1/);
  expect(text).toMatch(/process_cpu_seconds_total/);
});

test("no key, prompt or answer is in the metrics", async () => {
  const { router } = await pair(says("rehearsal of a secret answer"));
  await router.chat({ model: "openai", messages: [{ role: "user", content: "a secret prompt" }] });
  const text = await textOf(router);
  expect(text).not.toMatch(/secret|hl_/);
});

test("they can be turned off", async () => {
  const { router } = await pair({}, {}, { config: { telemetry: { metrics: false } } });
  expect((await fetch(`${router.url}/metrics`)).status).toBe(404);
});
