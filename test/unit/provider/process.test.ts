import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ProviderClient } from "./client.ts";

const wrapper = path.resolve(import.meta.dirname, "../../../tools/offline/tls/pulumi-resource-tls");
const run = path.resolve(import.meta.dirname, "../../../tools/provider/run");

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "provider-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

async function start(command: string, engine: string): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(command, [engine], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  let output = "";
  child.stdout?.on("data", (text: Buffer) => {
    output += text.toString();
  });
  await expect.poll(() => output, { timeout: 10_000 }).toMatch(/^\d+\n$/);
  return { child, port: Number(output) };
}

test("the wrapper prints a port, answers there, and ends on SIGTERM and on SIGINT", async () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const { child, port } = await start(wrapper, "127.0.0.1:1");
    const client = new ProviderClient(port);
    await client.configure();
    client.close();
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([0, null]);
  }
});

test("it works through a symbolic link, as in a plugin folder", async () => {
  const link = path.join(folder, "pulumi-resource-tls");
  symlinkSync(wrapper, link);
  expect((await start(link, "127.0.0.1:1")).port).toBeGreaterThan(0);
});

test("it ends when the engine has gone without a word", { timeout: 20_000 }, async () => {
  const engine = net.createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(engine, "listening");
  const { port } = engine.address() as net.AddressInfo;
  const { child } = await start(wrapper, `127.0.0.1:${port}`);
  await once(engine, "connection");
  expect(child.exitCode).toBeNull();
  engine.close();
  expect(await once(child, "exit")).toEqual([0, null]);
});

/** A folder as the repository is, with nothing installed. */
function bareRepository(): { run: string; main: string } {
  mkdirSync(path.join(folder, "tools/provider"), { recursive: true });
  mkdirSync(path.join(folder, "tools/fake"));
  copyFileSync(run, path.join(folder, "tools/provider/run"));
  return { run: path.join(folder, "tools/provider/run"), main: path.join(folder, "tools/fake/main.ts") };
}

test("one clear line where packages are missing", () => {
  const bare = bareRepository();
  const { status, stderr } = spawnSync(bare.run, [bare.main], { encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^fake provider: its packages are not installed; run npm ci in .*\n$/);
});

test.each([
  ["v20.19.2", false],
  ["v22.17.9", false],
  ["v22.18.0", true],
  ["v23.0.0", true],
  ["v24.1.0", true],
])("Node %s on the PATH: accepted %s", (version, accepted) => {
  const bare = bareRepository();
  mkdirSync(path.join(folder, "node_modules/@grpc/grpc-js"), { recursive: true });
  const bin = path.join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(path.join(bin, "node"), `#!/bin/sh\n[ "$1" = --version ] && echo ${version} || echo started "$@"\n`, {
    mode: 0o755,
  });
  const { status, stdout, stderr } = spawnSync(bare.run, [bare.main, "127.0.0.1:1"], {
    encoding: "utf8",
    env: { PATH: `${bin}:/usr/bin:/bin` },
  });
  expect(status).toBe(accepted ? 0 : 1);
  if (accepted) expect(stdout).toContain("main.ts 127.0.0.1:1");
  else expect(stderr).toMatch(/^fake provider: it needs Node 22\.18 or newer, .* is v.*\n$/);
});
