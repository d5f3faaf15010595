import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { find, start, status, stop } from "../../../runtime/supervisor/client.ts";
import { groupLives, startOf } from "../../../runtime/supervisor/process.ts";
import { eventually } from "../../support/wait.ts";
import { Bench, commandLines, Fixture, filesOf, type Program } from "./bench.ts";
import { accepts, get, Stream } from "./load.ts";

const bench = new Bench();
let supervisor: Program;
let worker: Program;

beforeAll(async () => {
  [supervisor, worker] = await Promise.all([bench.supervisor(), bench.worker()]);
});
afterAll(() => bench.close());

const fixture = (name: string): Fixture => new Fixture(bench, name, supervisor, worker);
const portOf = async ({ directory }: Fixture): Promise<number> => (await status(directory)).address?.port ?? 0;

describe("a supervisor", () => {
  it("says who and what runs, to its own user alone", async () => {
    const service = fixture("told");
    service.write("v1", {}, { workers: 2 });
    const now = await service.start();
    expect(now).toMatchObject({
      state: "running",
      version: "v1",
      restarts: 0,
      workers: [
        { state: "ready", version: "v1" },
        { state: "ready", version: "v1" },
      ],
    });
    const record = JSON.parse(readFileSync(join(service.directory, "supervisor.json"), "utf8"));
    expect(record).toMatchObject({ pid: now.pid, version: "v1", port: now.address?.port });
    for (const file of ["control.sock", "supervisor.json", "log/fixture.log"]) {
      expect(statSync(join(service.directory, file)).mode & 0o777, file).toBe(0o600);
    }
  });

  it("outlives the process that started it", async () => {
    const service = fixture("orphan");
    service.write("v1", {});
    const client = await bench.bundle("runtime/supervisor/client.ts");
    const script = `const { start } = await import(${JSON.stringify(client.path)});
      await start(${JSON.stringify(service.directory)}, { program: ${JSON.stringify(supervisor.path)}, secrets: {}, timeoutMs: 90000 });`;
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: "ignore" });
    bench.watch(parent.pid);
    expect(await new Promise((resolve) => parent.once("exit", resolve))).toBe(0);
    expect(await find(service.directory)).toMatchObject({ state: "running" });
    expect(await get(await portOf(service))).toBe("v1");
  });

  it("starts a crashed worker again; connections made meanwhile wait for it", async () => {
    const service = fixture("crashing");
    service.write("v1", {});
    await service.start();
    const port = await portOf(service);
    for (let crash = 1; crash <= 3; crash++) {
      await expect(get(port, "/crash")).rejects.toThrow();
      expect(await get(port)).toBe("v1");
      await eventually("the restart counted", async () => (await status(service.directory)).restarts === crash);
    }
    expect(await portOf(service)).toBe(port);
  });

  it("keeps trying when a restart fails, and an exchange mends it", async () => {
    const service = fixture("broken");
    service.write("v1", {});
    await service.start();
    const port = await portOf(service);
    writeFileSync(join(service.directory, "v1", "worker.mjs"), "process.exit(3);\n");
    await expect(get(port, "/crash")).rejects.toThrow();
    await eventually("failed restarts", async () => (await status(service.directory)).restarts >= 2);
    const waiting = get(port);
    service.write("v2", {});
    await service.exchange();
    expect(await waiting).toBe("v2");
  });

  it("lets requests finish when it is stopped, and leaves nothing that says it runs", async () => {
    const service = fixture("stopped");
    service.write("v1", {});
    const { pid } = await service.start();
    const port = await portOf(service);
    const stream = new Stream(port, 2);
    expect(await stream.next()).toBe("v1 1");
    const stopped = stop(service.directory, 90_000);
    await eventually("the port closed", async () => !(await accepts(port)));
    expect(await stream.next()).toBe("v1 2");
    expect(await stream.next()).toBeUndefined();
    await stopped;
    expect(startOf(pid)).toBeUndefined();
    expect(readdirSync(service.directory).sort()).toEqual(["log", "service.json", "v1"]);
    expect(await find(service.directory)).toEqual({ state: "absent" });
  });

  it("drains on SIGTERM as well", async () => {
    const service = fixture("terminated");
    service.write("v1", {});
    const { pid } = await service.start();
    process.kill(pid, "SIGTERM");
    await eventually("its end", () => startOf(pid) === undefined);
    expect(readdirSync(service.directory).sort()).toEqual(["log", "service.json", "v1"]);
  });

  it("takes its workers along when it is killed, is then found dead, and the next start goes on", async () => {
    const service = fixture("killed");
    service.write("v1", {}, { workers: 2 });
    const { pid } = await service.start();
    const port = await portOf(service);
    process.kill(pid, "SIGKILL");
    await eventually("the end of its workers", () => !groupLives(pid));
    expect(await accepts(port)).toBe(false);
    expect(await find(service.directory)).toMatchObject({ state: "dead", pid });
    await expect(status(service.directory)).rejects.toThrow(`its process ${pid} is dead`);

    service.write("v2", { port });
    expect(await service.start()).toMatchObject({ version: "v2", address: { port } });
  });

  it("can be started on the port of one killed this moment", async () => {
    const service = fixture("at-once");
    service.write("v1", {});
    const { pid } = await service.start();
    const port = await portOf(service);
    process.kill(pid, "SIGKILL");
    await eventually("its end", () => startOf(pid) === undefined);
    service.write("v1", { port });
    expect(await service.start()).toMatchObject({ address: { port } });
  });

  it("is never taken for another process of the same pid, which is left alone", async () => {
    const service = fixture("foreign");
    service.write("v1", {});
    await service.start();
    await stop(service.directory, 90_000);
    const other = spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000)"], {
      stdio: "ignore",
      detached: true,
    });
    bench.watch(other.pid);
    const record = { pid: other.pid, startTicks: "1", socket: join(service.directory, "control.sock"), program: "x" };
    writeFileSync(join(service.directory, "supervisor.json"), JSON.stringify(record));
    expect(await find(service.directory)).toMatchObject({ state: "foreign", pid: other.pid });
    await stop(service.directory, 90_000);
    expect(startOf(other.pid ?? 0)).toBeDefined();
    expect(await find(service.directory)).toEqual({ state: "absent" });
  });

  it("refuses a directory in which one runs", async () => {
    const service = fixture("twice");
    service.write("v1", {});
    const { pid } = await service.start();
    await expect(service.start()).rejects.toThrow(`already, pid ${pid}`);
    const second = spawn(process.execPath, [supervisor.path, "--directory", service.directory], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    bench.watch(second.pid);
    let said = "";
    second.stderr?.on("data", (part) => {
      said += part;
    });
    expect(await new Promise((resolve) => second.once("close", resolve))).toBe(1);
    expect(said).toContain(`already, pid ${pid}`);
    expect(await get(await portOf(service))).toBe("v1");
  });

  it("names who holds its port", async () => {
    const holder = fixture("holding");
    holder.write("v1", {});
    const { address } = await holder.start();
    const service = fixture("second");
    service.write("v1", { port: address?.port ?? 0 });
    const message = await service.start().then(
      () => "",
      (error: Error) => error.message,
    );
    expect(message).toContain(`port ${address?.port} on 127.0.0.1 is in use`);
    if (process.platform === "linux") expect(message).toMatch(/by pid \d+ \(.*\.mjs\)/);
    expect(await find(service.directory)).toEqual({ state: "absent" });
    expect(readdirSync(service.directory).sort()).toEqual(["log", "service.json", "v1"]);
  });

  it("works in a directory whose path is too long for a socket", async () => {
    const service = new Fixture(bench, join("long".repeat(20), "path".repeat(20)), supervisor, worker);
    service.write("v1", {});
    await service.start();
    const { socket } = JSON.parse(readFileSync(join(service.directory, "supervisor.json"), "utf8")) as {
      socket: string;
    };
    expect(socket.length).toBeLessThan(104);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700);
    service.write("v2", {});
    expect(await service.exchange()).toMatchObject({ version: "v2" });
    await stop(service.directory, 90_000);
    expect(existsSync(dirname(socket))).toBe(false);
  });

  it("tells a program that can't be run from one that fails", async () => {
    const service = fixture("unrunnable");
    service.write("v1", {});
    const options = { secrets: {}, timeoutMs: 90_000 };
    await expect(start(service.directory, { ...options, program: "/nowhere/supervisor.mjs" })).rejects.toThrow();
    await expect(
      start(service.directory, { ...options, program: supervisor.path, node: "/nowhere/node" }),
    ).rejects.toThrow("the supervisor can't be run: spawn /nowhere/node ENOENT");
    writeFileSync(join(service.directory, "service.json"), '{"name": "fixture"}');
    await expect(service.start()).rejects.toThrow("service.json: version is not a text");
  });
});

describe("a secret", () => {
  const first = "canary-of-the-first-start";
  const second = "canary-of-the-exchange";
  const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

  it("reaches the worker, and neither arguments nor disk nor log, nor the supervisor's environment", async () => {
    const service = fixture("secretive");
    const asked = { secretVariables: ["API_KEY"], environment: { PLAIN: "plain" } };
    service.write("v1", { secret: "API_KEY" }, asked);
    const { pid } = await service.start({ API_KEY: first, OTHER: "not asked for" });
    const port = await portOf(service);
    expect(await get(port, "/secret")).toBe(hash(first));

    service.write("v2", { secret: "API_KEY" }, asked);
    await service.exchange({ API_KEY: second });
    expect(await get(port, "/secret")).toBe(hash(second));
    await expect(get(port, "/crash")).rejects.toThrow();
    expect(await get(port, "/secret")).toBe(hash(second));

    const places = [commandLines(), ...filesOf(service.directory).map((file) => readFileSync(file, "utf8"))];
    if (process.platform === "linux") places.push(readFileSync(`/proc/${pid}/environ`, "utf8"));
    for (const place of places) expect(place).not.toContain("canary-of");
  });

  const toFolder = (file: string): void => {
    rmSync(file);
    mkdirSync(file, { mode: 0o700 });
  };

  it("is read from a file that its owner alone can read, anew with each exchange, and is written nowhere else", async () => {
    const service = fixture("filed");
    const environmentFile = join(bench.folder, "filed.env");
    const asked = { secretVariables: ["API_KEY"], environmentFile };
    const write = (text: string) => writeFileSync(environmentFile, text, { mode: 0o600 });
    write(`# Of the test.\nAPI_KEY="${first}"\nexport OTHER=1\n`);
    service.write("v1", { secret: "API_KEY" }, asked);
    const { pid } = await service.start({ API_KEY: "given, but the file says otherwise" });
    const port = await portOf(service);
    expect(await get(port, "/secret")).toBe(hash(first));

    // A worker that is started again goes on as it was.
    write(`API_KEY=${second}\n`);
    await expect(get(port, "/crash")).rejects.toThrow();
    expect(await get(port, "/secret")).toBe(hash(first));
    service.write("v2", { secret: "API_KEY" }, asked);
    await service.exchange({ API_KEY: "given" });
    expect(await get(port, "/secret")).toBe(hash(second));

    const places = [commandLines(), ...filesOf(service.directory).map((file) => readFileSync(file, "utf8"))];
    if (process.platform === "linux") places.push(readFileSync(`/proc/${pid}/environ`, "utf8"));
    for (const place of places) expect(place).not.toContain("canary-of");
  });

  it.each([
    ["is not there", (file: string) => rmSync(file), "is not there: write NAME=value lines into it"],
    [
      "others can read",
      (file: string) => chmodSync(file, 0o640),
      "can be read or changed by others (mode 640): chmod 600 it",
    ],
    ["is a folder", toFolder, "is no file"],
    ["is too large", (file: string) => writeFileSync(file, `A=${first.repeat(5_000)}`), "65536 are the most"],
  ])("whose file %s stops a start and an exchange, with what to do", async (what, spoil, says) => {
    const name = what.replaceAll(" ", "-");
    const environmentFile = join(bench.folder, `${name}.env`);
    writeFileSync(environmentFile, `API_KEY=${first}\n`, { mode: 0o600 });
    const service = fixture(name);
    service.write("v1", { secret: "API_KEY" }, { environmentFile });
    await service.start();
    const port = await portOf(service);
    spoil(environmentFile);
    service.write("v2", {}, { environmentFile });
    const refused = await service.exchange().catch((error: Error) => error);
    expect(String(refused)).toContain(`the environment file ${environmentFile}`);
    expect(String(refused)).toContain(says);
    expect(String(refused)).not.toContain("canary");
    expect([await get(port), await get(port, "/secret")]).toEqual(["v1", hash(first)]);
    const fresh = fixture(`${name}-fresh`);
    fresh.write("v1", {}, { environmentFile });
    await expect(fresh.start()).rejects.toThrow(says);
  });

  it("that is missing is named, and the old version goes on", async () => {
    const service = fixture("forgetful");
    service.write("v1", {});
    await service.start();
    service.write("v2", {}, { secretVariables: ["API_KEY", "OTHER_KEY"] });
    await expect(service.exchange({ API_KEY: "given" })).rejects.toThrow("no value was given for OTHER_KEY");
    expect(await get(await portOf(service))).toBe("v1");
  });
});
