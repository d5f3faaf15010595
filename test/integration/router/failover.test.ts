import { describe, expect, test } from "vitest";
import { errorOf, onChat, pair, says, router as startRouter, textOf, upstream } from "./support.ts";

const backup = says("the rehearsal backup");
/** For a primary that never answers. */
const impatient = { deadlines: { firstTokenMs: 2_000 } };

const faults: [string, object][] = [
  ["HTTP 500", { fault: { type: "status", status: 500 } }],
  ["HTTP 503", { fault: { type: "status", status: 503 } }],
  ["HTTP 429, too many requests", { fault: { type: "status", status: 429, retryAfter: "1" } }],
  ["HTTP 408", { fault: { type: "status", status: 408 } }],
  ["HTTP 409", { fault: { type: "status", status: 409 } }],
  ["HTTP 401, it refuses our key", { fault: { type: "status", status: 401 } }],
  ["HTTP 402, our credit is used up", { fault: { type: "status", status: 402 } }],
  ["HTTP 404, it does not have this model or path", { fault: { type: "status", status: 404 } }],
  ["HTTP 302", { fault: { type: "status", status: 302 } }],
  ["connection", { fault: { type: "reset" } }],
  ["within 2000 ms", { fault: { type: "slow-headers" } }],
  ["its answer is not", { fault: { type: "content-type" } }],
  ["an error inside of its answer", { fault: { type: "inband" } }],
  ["", { fault: { type: "cut" } }],
  ["", { fault: { type: "end" } }],
  ["", { fault: { type: "malformed" } }],
  ["within 2000 ms", { fault: { type: "stall" } }],
];

describe.each(faults)("a primary that fails with %j %j", (reason, behaviour) => {
  test.each([false, true])("before its first token is replaced by the next backend (stream: %s)", async (stream) => {
    const { router, openai } = await pair(
      onChat({ text: "rehearsal primary", ...behaviour }),
      backup,
      reason.startsWith("within") ? { config: impatient } : {},
    );
    const response = await router.chat({ model: "openai", stream });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "x-router-backend": "local",
      "x-router-attempts": "2",
    });
    expect(response.headers.get("x-router-reason")).toContain(`in place of openai; after openai: `);
    expect(response.headers.get("x-router-reason")).toContain(reason);
    const body = await response.text();
    expect(stream ? textOf(body) : body).toContain("the rehearsal backup");
    expect(body).not.toContain("primary");
    expect(openai.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
  });
});

test.each([400, 413, 422])("a %i is the client's: passed on with its reason, not retried", async (status) => {
  const { router, local } = await pair(
    onChat({ fault: { type: "status", status, message: "rehearsal: bad tool schema" } }),
  );
  for (const stream of [false, true]) {
    const response = await router.chat({ model: "openai", stream });
    expect(response.status).toBe(status);
    expect(await errorOf(response)).toMatchObject({
      code: "upstream_rejected",
      message: "openai: rehearsal: bad tool schema",
    });
  }
  expect(local.requests).toEqual([]);
});

test("a refused key goes to the log as an alert", async () => {
  const { router } = await pair(onChat({ fault: { type: "status", status: 401 } }), backup);
  await router.chat({ model: "openai" });
  expect(await router.requestLine()).toMatchObject({
    level: "error",
    status: 200,
    alerts: [{ backend: "openai", model: "big", reason: "HTTP 401, it refuses our key" }],
  });
});

test("when nobody answers the error names each backend with its reason", async () => {
  const { router } = await pair(
    onChat({ fault: { type: "status", status: 500 } }),
    onChat({ fault: { type: "reset" } }),
  );
  const response = await router.chat({ model: "auto" });
  expect(response.status).toBe(503);
  expect(response.headers.get("x-router-attempts")).toBe("2");
  const { code, message, backends } = await errorOf(response);
  expect(code).toBe("all_backends_down");
  expect(message).toContain("All Clouds Down");
  expect(backends).toMatchObject([
    { backend: "openai", model: "big", reason: "HTTP 500" },
    { backend: "local", model: "llama3", reason: expect.stringContaining("connection") },
    { backend: "gemini", reason: "no key: set GEMINI_API_KEY" },
    { backend: "claude", reason: "no key: set ANTHROPIC_API_KEY" },
  ]);
});

test("a backend that nothing listens for is passed by", async () => {
  const dead = await upstream();
  await dead.close();
  const live = await upstream(backup);
  const router = await startRouter({
    config: {
      backends: { openai: { baseUrl: dead.url, rehearsal: true }, local: { baseUrl: live.url, rehearsal: true } },
    },
  });
  const response = await router.chat({ model: "openai" });
  expect(response.headers.get("x-router-reason")).toContain("connection refused");
  expect(response.status).toBe(200);
});

test("the chain is asked in its configured order", async () => {
  const { router } = await pair(says("rehearsal cloud"), says("rehearsal local"), {
    config: { failoverChain: ["local", "openai"] },
  });
  expect((await router.chat({ model: "auto" })).headers.get("x-router-backend")).toBe("local");
});

test("a backend without a key is passed over with the reason", async () => {
  const { router } = await pair(backup, {}, { config: { backends: { claude: {} } } });
  const response = await router.chat({ model: "claude" });
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "x-router-backend": "openai",
    "x-router-attempts": "1",
    "x-router-reason": expect.stringContaining("in place of claude"),
  });
});

test("an answer without end is given up before it fills the memory", async () => {
  const { router } = await pair(onChat({ fault: { type: "huge", bytes: 200_000_000 } }), backup);
  const response = await router.chat({ model: "openai" });
  expect(response.headers.get("x-router-reason")).toContain("an event of its stream is too large");
  expect(response.headers.get("x-router-backend")).toBe("local");
});
