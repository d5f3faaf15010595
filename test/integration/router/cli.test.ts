import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { hashKey } from "../../../runtime/config/index.ts";
import { run, start, temporaryFolder, writeConfig } from "./process.ts";
import { upstream } from "./support.ts";

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** One clear line for a person: no stack, exit code 1. */
async function refusal(
  name: "router" | "rehearsal",
  args: string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { code, stderr } = await run(name, args, environment);
  expect(code).toBe(1);
  expect(stderr).not.toMatch(/^\s+at /m);
  return stderr;
}

describe.each(["router", "rehearsal"] as const)("%s", (name) => {
  test("--help says how it is used", async () => {
    const { code, stdout } = await run(name, ["--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("--config FILE");
  });

  test("a port in use is named, with the way to change it", async () => {
    const port = await takenPort();
    const line = await refusal(name, ["--port", String(port)]);
    expect(line).toBe(
      `port ${port} on 127.0.0.1 is in use by another process; choose another with --port N (0 takes a free one) or listen.port in the configuration\n`,
    );
  });

  test("an unknown argument, a wrong port, a missing file and broken JSON are told", async () => {
    expect(await refusal(name, ["--colour"])).toContain("--colour");
    expect(await refusal(name, ["--port", "http"])).toContain("port");
    expect(await refusal(name, ["--config", join(temporaryFolder(), "none.json")])).toContain("none.json");
    expect(await refusal(name, ["--config", writeConfig([])])).toContain("object");
  });
});

test("every mistake in the configuration is told at once", async () => {
  const file = writeConfig({
    listen: { prot: 1 },
    failoverChain: ["opena1"],
    backends: { openai: { enabled: "yes" } },
  });
  const text = await refusal("router", ["--config", file]);
  expect(text).toContain("3 problems");
  expect(text).toContain("listen.prot");
  expect(text).toContain("did you mean openai?");
  expect(text).toContain("backends.openai.enabled");
});

test("--host beyond loopback is refused on plain HTTP", async () => {
  expect(await refusal("router", ["--host", "0.0.0.0", "--port", "0"])).toContain("listen.host");
});

test("--issue-key prints a key once, and an entry that lets it in", async () => {
  const { code, stdout } = await run("router", ["--issue-key", "--tenant", "school"]);
  expect(code).toBe(0);
  const key = /hl_\S+/.exec(stdout)?.[0] ?? "";
  const entry = JSON.parse(stdout.slice(stdout.indexOf("{"))) as { id: string; sha256: string; tenant: string };
  expect(entry).toMatchObject({ tenant: "school", sha256: hashKey(key) });
  const { url } = await start("router", ["--config", writeConfig({ keys: [entry], listen: { port: 0 } })]);
  expect((await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(200);
});

test("without a configuration it runs on the environment, and says that nobody may call yet", async () => {
  const ollama = await upstream();
  const { url, output } = await start("router", ["--port", "0"], {
    OLLAMA_HOST: ollama.url,
    OPENAI_API_KEY: "sk-canary-123456",
  });
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(`${url}/v1/models`)).status).toBe(401);
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ ready: true });
  await vi.waitFor(() => expect(output()).toContain("--issue-key"), { timeout: 30_000 });
  expect(output()).not.toContain("sk-canary");
});

test("ROUTER_CONFIG is used where --config is not given", async () => {
  const { url } = await start("router", [], {
    ROUTER_CONFIG: writeConfig({ name: "from-the-variable", listen: { port: 0 } }),
  });
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ name: "from-the-variable" });
});

test("the rehearsal takes its script from a file beside its configuration", async () => {
  const folder = temporaryFolder();
  const { writeFileSync } = await import("node:fs");
  writeFileSync(join(folder, "script.json"), JSON.stringify({ models: ["mistral"] }));
  const { url } = await start("rehearsal", [
    "--config",
    writeConfig({ host: "127.0.0.1", port: 0, script: "script.json" }, folder),
  ]);
  expect(await (await fetch(`${url}/api/tags`)).json()).toMatchObject({ models: [{ name: "mistral:latest" }] });
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ ready: true, rehearsal: true });
});
