import { request } from "node:http";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { issueKey } from "../../../runtime/config/index.ts";
import { until } from "../../support/wait.ts";
import { bearer, chatPath, errorOf, jsonType, key, onChat, pair, router as startRouter } from "./support.ts";

const good = { model: "openai", messages: [{ role: "user", content: "hello" }] };

test.each([
  ["model", { messages: good.messages }],
  ["model", { ...good, model: 5 }],
  ["messages", { model: "openai" }],
  ["messages", { ...good, messages: [] }],
  ["messages", { ...good, messages: "hello" }],
  ["messages[1].role", { ...good, messages: [...good.messages, { content: "x" }] }],
  ["messages[0].content", { ...good, messages: [{ role: "user", content: 7 }] }],
  ["stream", { ...good, stream: "yes" }],
  ["max_tokens", { ...good, max_tokens: 0 }],
  ["temperature", { ...good, temperature: "hot" }],
  ["body", []],
  ["body", null],
])("a wrong %s is a 400 that names it", async (param, body) => {
  const { router, openai } = await pair({});
  const response = await router.post(chatPath, body);
  expect(response.status).toBe(400);
  const error = await errorOf(response);
  expect(error).toMatchObject({ code: "invalid_request", type: "invalid_request_error", param });
  expect(error.message).toContain(`${param}: `);
  expect(openai.requests).toEqual([]);
});

test.each([
  ["{not json", "The body is not JSON"],
  ["", "The body is empty"],
])("a body that is not JSON (%j) is a 400", async (body, message) => {
  const { router } = await pair({});
  const response = await router.post(chatPath, body);
  expect(response.status).toBe(400);
  expect(await errorOf(response)).toMatchObject({ code: "invalid_request", message: expect.stringContaining(message) });
});

test("bytes that are not UTF-8 are a 400", async () => {
  const { router } = await pair({});
  const response = await fetch(router.url + chatPath, {
    method: "POST",
    headers: { ...bearer, ...jsonType },
    body: Buffer.from([123, 34, 255, 34, 125]),
  });
  expect(await errorOf(response)).toMatchObject({ code: "invalid_request", message: "The body is not UTF-8." });
});

test("another content type is a 400 that says which one is wanted", async () => {
  const { router } = await pair({});
  const response = await router.post(chatPath, good, { "content-type": "application/x-www-form-urlencoded" });
  expect(response.status).toBe(400);
  expect(await errorOf(response)).toMatchObject({
    param: "content-type",
    message: expect.stringContaining("application/json"),
  });
});

describe("a body above the limit", () => {
  const config = { limits: { maxBodyBytes: 2_048 } };

  test.each(["with its length announced", "in chunks"])(
    "%s is a 413, and the connection can be used again",
    async (how) => {
      const { router } = await pair({}, {}, { config });
      const body = JSON.stringify({ ...good, messages: [{ role: "user", content: "x".repeat(8_000_000) }] });
      const answered = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
        const headers = {
          ...bearer,
          ...jsonType,
          ...(how === "in chunks" ? {} : { "content-length": Buffer.byteLength(body) }),
        };
        const sent = request(router.url + chatPath, { method: "POST", headers }, async (response) => {
          let text = "";
          for await (const chunk of response) text += String(chunk);
          resolve({ status: response.statusCode, text });
        });
        sent.on("error", reject);
        sent.end(body);
      });
      expect(answered.status).toBe(413);
      expect(JSON.parse(answered.text)).toMatchObject({ error: { code: "payload_too_large" } });
      expect((await router.get("/livez")).status).toBe(200);
    },
  );
});

test("an unknown model is a 404 that lists what exists", async () => {
  const { router } = await pair({});
  for (const model of [
    "gpt-4o",
    "openai/none",
    "open/big",
    "nobody",
    "local/none",
    "claude/opus",
    "__proto__",
    "constructor/x",
  ]) {
    const response = await router.chat({ model });
    expect(response.status).toBe(404);
    const error = await errorOf(response);
    expect(error).toMatchObject({ code: "model_not_found", param: "model" });
    expect(error.message).toContain("There are: auto, openai, openai/big, local, local/llama3");
  }
});

test("an unknown model that is nearly right is told the right one", async () => {
  const { router } = await pair({});
  expect((await errorOf(await router.chat({ model: "openai/bigg" }))).message).toContain("Did you mean openai/big?");
});

test.each([
  ["no key", {}],
  ["another scheme", { authorization: `Basic ${key.key}` }],
  ["not one of our keys", { authorization: "Bearer sk-something-else" }],
  ["an unknown key", { authorization: `Bearer ${issueKey().key}` }],
  ["a known id with another secret", { authorization: `Bearer hl_${key.id}_${"x".repeat(43)}` }],
])("%s is a 401 before the body is read", async (_what, headers: Record<string, string>) => {
  const { router, openai } = await pair({});
  const response = await fetch(router.url + chatPath, {
    method: "POST",
    headers: { ...jsonType, ...headers },
    body: "{not json",
  });
  expect(response.status).toBe(401);
  expect(response.headers.get("www-authenticate")).toBe("Bearer");
  expect(await errorOf(response)).toMatchObject({ code: "unauthorized", type: "authentication_error" });
  expect(openai.requests).toEqual([]);
});

test("a router without keys refuses everyone and says so in its log", async () => {
  const router = await startRouter({ config: { keys: [] } });
  expect((await router.chat(good)).status).toBe(401);
  expect(router.logText()).toContain("every request is refused");
});

test("an unknown path is a 404 and a wrong method a 405, in the wire's envelope", async () => {
  const { router } = await pair({});
  const missing = await router.post("/v1/completions", good);
  expect(missing.status).toBe(404);
  expect(await errorOf(missing)).toMatchObject({
    code: "invalid_request",
    message: "There is no POST /v1/completions",
  });
  const wrong = await router.get(chatPath);
  expect(wrong.status).toBe(405);
  expect(wrong.headers.get("allow")).toBe("POST");
  expect(await errorOf(wrong)).toMatchObject({ code: "invalid_request" });
});

test("an unknown field of /v1/route is a 400 that lists the known ones", async () => {
  const { router } = await pair({});
  const response = await router.post("/v1/route", { prompt: "hi", model: "openai" });
  expect(response.status).toBe(400);
  expect((await errorOf(response)).message).toContain("preferred_model, prompt, system_prompt");
});

test("bytes that are not HTTP are a 400 in the envelope", async () => {
  const { router } = await pair({});
  const answer = await new Promise<string>((resolve, reject) => {
    let text = "";
    const socket = connect(Number(new URL(router.url).port), "127.0.0.1", () => socket.write("NONSENSE\r\n\r\n"));
    socket.on("data", (chunk) => (text += String(chunk)));
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toMatchObject({ error: { code: "invalid_request" } });
});

test("a client that goes away before its body is whole is no error of ours", async () => {
  const { router } = await pair({});
  const sent = request(router.url + chatPath, {
    method: "POST",
    headers: { ...bearer, ...jsonType, "content-length": 100 },
  });
  sent.on("error", () => {});
  sent.write('{"model":');
  await until(async () => (await router.get("/livez")).ok);
  sent.destroy();
  await until(() => router.log.some(({ path }) => path === chatPath));
  expect(router.log.find(({ path }) => path === chatPath)).toMatchObject({ level: "info", status: 499 });
});

test("a client that goes away from /v1/route ends the upstream's work too", async () => {
  const { router, openai } = await pair(onChat({ fault: { type: "slow-headers" } }));
  const client = new AbortController();
  const headers = { ...bearer, ...jsonType };
  const body = JSON.stringify({ prompt: "hi", preferred_model: "openai" });
  fetch(`${router.url}/v1/route`, { method: "POST", headers, body, signal: client.signal }).catch(() => {});
  await until(() => openai.requests.length === 1);
  client.abort();
  await until(() => openai.requests[0]?.state === "aborted");
  expect(await router.requestLine()).toMatchObject({ level: "info", status: 499, outcome: "client_gone" });
});
