import { expect, test } from "vitest";
import { parseRouterConfig } from "../../../../runtime/config/index.ts";
import { SessionCookie } from "../../../../runtime/router/dashboard/cookie.ts";
import { Guesses } from "../../../../runtime/router/dashboard/guesses.ts";
import { isOwnOrigin } from "../../../../runtime/router/dashboard/origin.ts";
import { Sessions } from "../../../../runtime/router/dashboard/sessions.ts";

test.each([
  [{ "sec-fetch-site": "same-origin" }, true],
  [{ "sec-fetch-site": "same-site" }, false],
  [{ "sec-fetch-site": "cross-site" }, false],
  [{ "sec-fetch-site": "none" }, false],
  [{ "sec-fetch-site": "cross-site", origin: "https://router:8443", host: "router:8443" }, false],
  [{ origin: "https://router:8443", host: "router:8443" }, true],
  [{ origin: "https://evil.example", host: "router:8443" }, false],
  [{ origin: "https://router:8443.evil.example", host: "router:8443" }, false],
  [{ origin: "null", host: "router:8443" }, false],
  [{ host: "router:8443" }, false],
  [{}, false],
])("a form of %o is ours: %s", (headers, ours) => {
  expect(isOwnOrigin(headers)).toBe(ours);
});

test("where there is TLS the cookie is bound to this host, and never seen by scripts or other sites", () => {
  const listen = (security: object) => parseRouterConfig({ listen: { security } }, "test").listen;
  const tls = new SessionCookie(listen({ mode: "tls", certificateFile: "a", keyFile: "b" }));
  expect(tls.set("id", 60_000)).toBe("__Host-hybrid-llm=id; Max-Age=60; Path=/; HttpOnly; SameSite=Strict; Secure");
  expect(tls.read({ cookie: "a=b; __Host-hybrid-llm=id; c=d" })).toBe("id");
  expect(tls.read({ cookie: "hybrid-llm=id" })).toBeUndefined();
  const plain = new SessionCookie(listen({ mode: "plain", because: "loopback" }));
  expect(plain.set("id", 60_000)).toBe("hybrid-llm=id; Max-Age=60; Path=/; HttpOnly; SameSite=Strict");
});

test("a session lives for its time, and only its id finds it", async () => {
  let now = 0;
  const sessions = new Sessions({ redis: undefined, name: "daily_spend", now: () => now });
  const who = { keyId: "abcd", sha256: "00" };
  const id = await sessions.begin(who, 1_000);
  expect(id).toMatch(/^[\w-]{43}$/);
  expect(await sessions.find(id)).toMatchObject(who);
  for (const other of [undefined, "", "x", id.slice(1), `${id}x`, await sessions.begin(who, 0)]) {
    expect(await sessions.find(other)).toBeUndefined();
  }
  now = 999;
  expect(await sessions.find(id)).toMatchObject(who);
  now = 1_000;
  expect(await sessions.find(id)).toBeUndefined();
});

test("a session that has ended is found by nobody", async () => {
  const sessions = new Sessions({ redis: undefined, name: "daily_spend" });
  const id = await sessions.begin({ keyId: "abcd", sha256: "00" }, 60_000);
  await sessions.end(id);
  expect(await sessions.find(id)).toBeUndefined();
});

test("who gives ten wrong keys waits, and others don't", async () => {
  const guesses = new Guesses();
  for (let count = 0; count < 10; count++) {
    expect(await guesses.waitFor("10.0.0.1")).toBe(0);
    await guesses.wrong("10.0.0.1");
  }
  expect(await guesses.waitFor("10.0.0.1")).toBeGreaterThan(0);
  expect(await guesses.waitFor("10.0.0.2")).toBe(0);
});
