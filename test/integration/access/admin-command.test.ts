import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { findPostgres, usePostgres } from "../../support/postgres.ts";
import { temporaryFolder } from "../router/process.ts";
import { key } from "../router/support.ts";
import { adminKey, chat, house } from "./support.ts";

const command = fileURLToPath(new URL("../../../tools/commands/admin.ts", import.meta.url));

function admin(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const env = { PATH: process.env.PATH, XDG_STATE_HOME: "/nonexistent", ...environment };
    execFile(process.execPath, [command, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

test("each level says what there is, without a router", async () => {
  expect(await admin(["--help"])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/keys[\s\S]*tenants[\s\S]*audit/),
  });
  expect(await admin(["keys", "--help"])).toMatchObject({ code: 0, stdout: expect.stringContaining("keys revoke ID") });
  const create = await admin(["keys", "create", "--help"]);
  expect(create.stdout).toContain("--budget-day USD");
  expect(await admin(["keys", "destroy"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("list, create, show"),
  });
  expect(await admin(["keys", "show"])).toMatchObject({ code: 1, stderr: expect.stringContaining("ID must follow") });
  expect(await admin(["--url", "http://127.0.0.1:1", "keys", "--tenant", "acme", "list"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("No admin key was given"),
  });
});

test("without a local stack, or without a key, what to do is said", async () => {
  expect(await admin(["keys", "list"])).toMatchObject({ code: 1, stderr: expect.stringContaining("npm run up") });
  const keyless = await admin(["keys", "list", "--url", "http://127.0.0.1:1"]);
  expect(keyless.stderr).toContain("HYBRID_LLM_ADMIN_KEY");
  const nobody = await admin(["keys", "list", "--url", "http://127.0.0.1:1"], { HYBRID_LLM_ADMIN_KEY: adminKey.key });
  expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining("is it running?") });
  expect(nobody.stderr).not.toContain(adminKey.key);
});

const programs = await findPostgres();

describe.skipIf(programs === undefined)("at a router", () => {
  if (programs === undefined) return;
  const server = usePostgres(programs);

  test("keys, tenants and budgets are made, limited, listed and revoked", async () => {
    const { url } = await house({}, { environment: { DATABASE_URL: server().url("postgres", "pooler") } });
    const does = async (...args: string[]) => {
      const done = await admin([...args, "--url", url], { HYBRID_LLM_ADMIN_KEY: adminKey.key });
      expect(done, done.stderr).toMatchObject({ code: 0 });
      return done.stdout;
    };
    expect(await does("tenants", "create", "acme", "--budget-month", "100")).toContain("$100/month");
    const made = await does(
      "keys",
      "create",
      "--tenant",
      "acme",
      "--label",
      "grader",
      "--budget-day",
      "5",
      "--rpm",
      "60",
    );
    const apiKey = /hl_\S+/.exec(made)?.[0] ?? "";
    const id = apiKey.split("_")[1] ?? "";
    expect(await chat(url, apiKey)).toBe(200);
    await does("keys", "limit", id, "--budget-day", "none", "--rpm", "30");
    expect(await does("budgets", "set", `key:${id}`, "--budget-week", "7")).toBe(`key:${id}: $7/week\n`);
    expect(await does("budgets", "show")).toMatch(new RegExp(`key:${id} .*\\$1.00 of \\$7`));
    expect(await does("keys", "list", "--tenant", "acme")).toMatch(
      new RegExp(`${id} +acme +client +grader +\\$7/week, 30 requests/min`),
    );
    expect(await does("keys", "revoke", id)).toContain("revoked");
    expect(await chat(url, apiKey)).toBe(401);
    expect(JSON.parse(await does("keys", "show", key.id, "--json"))).toMatchObject({ source: "configuration" });
    expect(await does("tenants", "forget-answers", "acme")).toContain("acme: its answers are forgotten");
    expect(await does("backends", "revoke", "openai")).toContain(`revoked by ${adminKey.id}`);
    expect(await does("audit", "--action", "key.revoke")).toMatch(
      new RegExp(`${adminKey.id} +key.revoke +key:${id} +ok`),
    );

    const refused = await admin(["keys", "show", "nobody", "--url", url], { HYBRID_LLM_ADMIN_KEY: adminKey.key });
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("answered 404: There is no key") });
  });

  test("the local stack's own is found by its files", async () => {
    const { url } = await house({}, { environment: { DATABASE_URL: server().url("postgres", "pooler") } });
    const state = temporaryFolder();
    const local = join(state, "hybrid-llm", "local");
    for (const folder of ["client", "router"]) mkdirSync(join(local, folder), { recursive: true });
    const { port } = new URL(url);
    const write = (file: string, content: unknown) =>
      writeFileSync(join(local, file), typeof content === "string" ? content : JSON.stringify(content));
    write("client/admin-key", `${adminKey.key}\n`);
    write("client/ca.pem", "");
    write("router/service.json", { configuration: "configuration.json" });
    write("router/configuration.json", { listen: { port, security: { clientCertificate: "none" } } });
    // A router without TLS is no local stack's; that it was asked, and where, is what this is about.
    const asked = await admin(["keys", "list"], { XDG_STATE_HOME: state });
    expect(asked.stderr).toContain(`The router at https://localhost:${port} did not answer`);
  });
});
