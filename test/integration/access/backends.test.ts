import { writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { findPostgres, usePostgres } from "../../support/postgres.ts";
import { until } from "../../support/wait.ts";
import { temporaryFolder } from "../router/process.ts";
import { key, router, says } from "../router/support.ts";
import { counting } from "../spending/processes.ts";
import { type AnyBody, call, chat, done, keys } from "./support.ts";

const programs = await findPostgres();

/** A provider that takes some keys and refuses all others. */
async function provider(...good: string[]) {
  const behind = await counting(says("yes", { gapMs: 20 }));
  const takes = new Set(good);
  const used: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const given = (incoming.headers.authorization ?? "").replace("Bearer ", "");
    if (!takes.has(given)) {
      outgoing.writeHead(401, { "content-type": "application/json" }).end('{"error":{"message":"no such key"}}');
      return;
    }
    if (incoming.method === "POST") used.push(given);
    const { method = "", headers, url = "" } = incoming;
    const passed = request(behind.url + url, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, takes, used };
}

describe.skipIf(programs === undefined)("the key of a provider", () => {
  if (programs === undefined) return;
  const server = usePostgres(programs);

  /** Two routers with a key file each. */
  async function pair(name: string, apiKey: "file" | "env" = "file") {
    const openai = await provider("sk-old-key", "sk-new-key");
    const start = async () => {
      const folder = temporaryFolder();
      const write = (text: string) => writeFileSync(join(folder, "openai-key"), text);
      write("sk-old-key\n");
      const started = await router({
        config: {
          keys,
          failoverChain: ["openai"],
          prices: { "openai/big": {} },
          ledger: { stack: name },
          access: { pollMs: 30 },
          backends: {
            openai: {
              baseUrl: openai.url,
              defaultModel: "big",
              apiKey: apiKey === "file" ? { file: "openai-key" } : { env: "OPENAI_API_KEY" },
            },
          },
        },
        environment: { DATABASE_URL: server().url("postgres", "pooler"), OPENAI_API_KEY: "sk-old-key" },
        baseDirectory: folder,
      });
      return { ...started, url: started.url, write, logText: started.logText };
    };
    return { openai, one: await start(), other: await start() };
  }

  const rotate = (url: string, query = "") => call(url, "POST", `/admin/backends/openai/rotate${query}`);

  test("is used no more once it is revoked, at any router, and not before it is another", async () => {
    const { openai, one, other } = await pair("revoke");
    expect(await chat(one.url, key.key)).toBe(200);
    const revoked = await done<AnyBody>(one.url, "POST", "/admin/backends/openai/revoke");
    expect(revoked).toMatchObject({ backend: "openai", revoked: true });
    expect(await chat(one.url, key.key)).toBe(503);
    await until(async () => (await chat(other.url, key.key)) === 503);
    const { backends } = await done<AnyBody>(other.url, "GET", "/health");
    expect(backends.openai).toMatchObject({ status: "disabled", why: revoked.why });

    const early = await rotate(one.url);
    expect(early.status).toBe(409);
    expect(early.text).toContain("still the one that was revoked");

    one.write("sk-new-key");
    expect(await rotate(one.url)).toMatchObject({
      status: 200,
      body: { revoked: false, generation: 1, checked: true },
    });
    expect(await chat(one.url, key.key)).toBe(200);
    // The other's file is not there yet: the revoked key must not come back with the lifting.
    const why = async () => (await done<AnyBody>(other.url, "GET", "/health")).backends.openai.why;
    await until(async () => /isn't here yet/.test(await why()));
    expect(await chat(other.url, key.key)).toBe(503);
    other.write("sk-new-key");
    await until(async () => (await chat(other.url, key.key)) === 200);
    const before = openai.used.indexOf("sk-new-key");
    expect(openai.used.slice(before)).not.toContain("sk-old-key");
    for (const text of [one.logText(), other.logText(), (await call(one.url, "GET", "/admin/audit")).text]) {
      expect(text).not.toMatch(/sk-(?:old|new)-key/);
    }
  });

  test("is rotated under load without a failed request; one that the provider refuses is not taken", async () => {
    const { openai, one } = await pair("rotate");
    const statuses: number[] = [];
    let over = false;
    const clients = [1, 2, 3].map(async () => {
      while (!over) statuses.push(await chat(one.url, key.key));
    });
    await until(() => statuses.length > 5);
    one.write("sk-mistyped");
    const refused = await rotate(one.url);
    expect(refused.status).toBe(409);
    expect(refused.text).toContain("the old one stays");
    const asked = statuses.length;
    await until(() => statuses.length > asked + 5);
    one.write("sk-new-key");
    expect((await rotate(one.url)).status).toBe(200);
    const now = statuses.length;
    await until(() => statuses.length > now + 5 && openai.used.at(-1) === "sk-new-key");
    over = true;
    await Promise.all(clients);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(openai.used.slice(openai.used.indexOf("sk-new-key") + 4)).not.toContain("sk-old-key");
  });

  test("in the environment is revoked like any other, and to rotate it the answer says what to do", async () => {
    const { one } = await pair("environment", "env");
    const refused = await rotate(one.url);
    expect(refused.status).toBe(409);
    expect(refused.text).toContain("set OPENAI_API_KEY and start the router anew");
    await done(one.url, "POST", "/admin/backends/openai/revoke");
    expect((await rotate(one.url)).status).toBe(409);
    expect(await rotate(one.url, "?force=true")).toMatchObject({ status: 200, body: { revoked: false } });
    expect(await chat(one.url, key.key)).toBe(200);
  });

  test("can't be revoked where there is no such backend", async () => {
    const { one } = await pair("nowhere");
    const { status, text } = await call(one.url, "POST", "/admin/backends/claude/revoke");
    expect(status).toBe(404);
    expect(text).toContain("There are: openai.");
  });
});
