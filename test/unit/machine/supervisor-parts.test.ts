import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { find } from "../../../runtime/supervisor/client.ts";
import { controlPath, removeControl, serveControl } from "../../../runtime/supervisor/control.ts";
import { writeAtomically } from "../../../runtime/supervisor/files.ts";
import { Log } from "../../../runtime/supervisor/log.ts";
import { portHolder } from "../../../runtime/supervisor/port-holder.ts";
import { groupLives, startOf } from "../../../runtime/supervisor/process.ts";
import { parseService, secretsFor } from "../../../runtime/supervisor/service.ts";
import { ListenError, Sockets } from "../../../runtime/supervisor/sockets.ts";
import { accepts } from "../../integration/supervisor/load.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hl-parts-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the log", () => {
  it("is turned over at its limit, keeps one turn, and belongs to its owner alone", () => {
    const log = new Log(join(folder, "log"), "router", 100);
    for (let line = 0; line < 50; line++) log.line(`line ${line}`);
    expect(readdirSync(join(folder, "log")).sort()).toEqual(["router.log", "router.log.1"]);
    const [present = "", before = ""] = ["router.log", "router.log.1"].map((name) =>
      readFileSync(join(folder, "log", name), "utf8"),
    );
    expect(present.endsWith("line 49\n")).toBe(true);
    expect(Math.max(present.length, before.length)).toBeLessThanOrEqual(100);
    const first = Number(/^line (\d+)/.exec(before)?.[1]);
    expect((before + present).trim().split("\n")).toEqual(
      Array.from({ length: 50 - first }, (_, index) => `line ${first + index}`),
    );
    expect(statSync(join(folder, "log", "router.log")).mode & 0o777).toBe(0o600);
  });

  it("drops what it can't write", () => {
    writeFileSync(join(folder, "file"), "");
    const log = new Log(join(folder, "file"), "router");
    log.line("lost");
    log.event("info", "lost as well");
    expect(readdirSync(folder)).toEqual(["file"]);
  });
});

describe("a process", () => {
  it("is known by its start, and one that has ended has none", async () => {
    expect(startOf(process.pid)).toBe(startOf(process.pid));
    const child = spawn(process.execPath, ["--eval", ""], { stdio: "ignore", detached: true });
    const pid = child.pid ?? 0;
    await new Promise((resolve) => child.once("exit", resolve));
    expect(startOf(pid)).toBeUndefined();
    expect(groupLives(pid)).toBe(false);
  });

  it("lives until the last of its threads has let go of its sockets", async () => {
    const listen = "const s = require('net').createServer().listen(0, () => console.log(s.address().port))";
    for (let round = 0; round < 20; round++) {
      const child = spawn(process.execPath, ["--eval", listen], {
        stdio: ["ignore", "pipe", "ignore"],
        detached: true,
      });
      const pid = child.pid ?? 0;
      const port = Number(String(await new Promise((resolve) => child.stdout.once("data", resolve))));
      process.kill(pid, "SIGKILL");
      while (groupLives(pid));
      expect(await accepts(port), `after ${round} rounds`).toBe(false);
    }
  });

  it("is found absent where nothing tells of it, and dead where it is gone", async () => {
    expect(await find(folder)).toEqual({ state: "absent" });
    writeFileSync(join(folder, "supervisor.json"), "{half");
    expect(await find(folder)).toEqual({ state: "absent" });
    writeFileSync(join(folder, "supervisor.json"), JSON.stringify({ pid: 2 ** 30, startTicks: "1" }));
    expect(await find(folder)).toMatchObject({ state: "dead", pid: 2 ** 30 });
    writeFileSync(join(folder, "supervisor.json"), JSON.stringify({ pid: process.pid, startTicks: "1" }));
    expect(await find(folder)).toMatchObject({ state: "foreign", pid: process.pid });
  });
});

describe("the control socket", () => {
  it("is in the directory, or in a private folder where the path would be too long", () => {
    expect(controlPath(folder)).toBe(join(folder, "control.sock"));
    const long = join(folder, "x".repeat(100));
    const path = controlPath(long, folder);
    expect(dirname(dirname(path))).toBe(folder);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    removeControl(path, long);
    expect(readdirSync(folder)).toEqual([]);
    const short = controlPath(long, long);
    expect(Buffer.byteLength(short)).toBeLessThanOrEqual(103);
    removeControl(short, long);
  });

  it("answers what is no command", async () => {
    const path = controlPath(folder);
    const control = await serveControl(path, async () => {
      throw new Error("never asked");
    });
    const ask = (line: string) =>
      new Promise<unknown>((resolve, reject) => {
        const socket = net.connect(path, () => socket.write(`${line}\n`));
        socket.once("error", reject);
        socket.once("data", (text) => {
          socket.destroy();
          resolve(JSON.parse(String(text)));
        });
      });
    expect(await ask("hello")).toMatchObject({ ok: false, error: "a command is one line of JSON" });
    expect(await ask("null")).toMatchObject({ ok: false, error: expect.stringContaining("no such command") });
    expect(await ask('{"command":"dance"}')).toMatchObject({ ok: false, error: expect.stringContaining("dance") });
    await control.close();
  });
});

describe("the sockets", () => {
  it("stay open under their key, refuse a port in use, and close when no version wants them", async () => {
    const sockets = new Sockets();
    const key = Sockets.key("127.0.0.1", 0, 0);
    const handle = await sockets.open(key, "127.0.0.1", 0);
    expect(await sockets.open(key, "127.0.0.1", 0)).toBe(handle);

    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const error = await sockets.open("taken", "127.0.0.1", port).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ListenError);
    if (process.platform === "linux") {
      expect(portHolder(port)).toMatch(new RegExp(`^pid ${process.pid} \\(`));
      expect((error as Error).message).toMatch(
        new RegExp(`^port ${port} on 127.0.0.1 is in use by pid ${process.pid} \\(.*; end that process or choose`),
      );
    }
    await new Promise((resolve) => server.close(resolve));
    await sockets.open("taken", "127.0.0.1", port);
    sockets.keepOnly(new Set());
    expect(portHolder(port)).toBeUndefined();
  });

  it("say that an address is not this machine's", async () => {
    await expect(new Sockets().open("x", "192.0.2.1", 0)).rejects.toThrow("this machine doesn't have that address");
  });
});

describe("a service file", () => {
  const service = {
    name: "router",
    version: "1",
    bundle: "b",
    configuration: "c",
    workers: 1,
    startMs: 1,
    drainMs: 1,
    environment: { A: "b" },
    secretVariables: ["KEY"],
  };

  it("is read whole, and names what is wrong in it", () => {
    expect(parseService(service)).toEqual(service);
    const withFile = { ...service, environmentFile: "/etc/router.env" };
    expect(parseService(withFile)).toEqual(withFile);
    expect(() => parseService({ ...service, environmentFile: "" })).toThrow("environmentFile is not a text");
    expect(() => parseService({ ...service, workers: 0 })).toThrow("workers is not a whole number above 0");
    expect(() => parseService({ ...service, environment: { A: 1 } })).toThrow("environment.A is not a text");
    expect(() => parseService(null)).toThrow("the service is not an object");
  });

  it("gets the secrets that it names, and no others", () => {
    expect(secretsFor(service, { KEY: "k", OTHER: "o" })).toEqual({ KEY: "k" });
    expect(() => secretsFor(service, { OTHER: "o" })).toThrow("no value was given for KEY");
  });
});

describe("an atomic write", () => {
  it("leaves the old content and no scratch file where it fails", () => {
    const file = join(folder, "x");
    writeAtomically(file, "old", 0o640);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(() => writeAtomically(join(folder, "missing", "x"), "new")).toThrow("ENOENT");
    expect(readdirSync(folder)).toEqual(["x"]);
  });
});
