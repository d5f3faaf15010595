import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { find, start, status } from "../../../runtime/supervisor/client.ts";
import { startOf } from "../../../runtime/supervisor/process.ts";
import { service } from "../../../tools/machine/service.ts";
import { type Inputs, inputs } from "../../../tools/machine/service-inputs.ts";
import { PartialFailure, type PropertyMap, structuralDiff } from "../../../tools/provider/index.ts";
import { eventually } from "../../support/wait.ts";
import { type Behaviour, Bench, filesOf, type Program } from "./bench.ts";
import { contextOf } from "./context.ts";
import { accepts, get, Load } from "./load.ts";

const bench = new Bench();
let supervisor: Program;
let nextSupervisor: Program;
let worker: Program;

beforeAll(async () => {
  [supervisor, nextSupervisor, worker] = await Promise.all([
    bench.supervisor(),
    bench.supervisor("/* another */"),
    bench.worker(),
  ]);
});
afterEach(() => {
  delete process.env.FIXTURE_SECRET;
});
afterAll(() => bench.close());

type State = Awaited<ReturnType<typeof service.create>>["state"];

function inputsOf(name: string, behaviour: Behaviour = {}, more: Partial<Inputs> = {}): Inputs {
  return inputs.parse({
    name: "fixture",
    directory: bench.directory(name),
    bundle: worker,
    supervisor,
    configuration: JSON.stringify({ host: "127.0.0.1", port: 0, answer: "one", ...behaviour }),
    files: { "tls/key.pem": "the key" },
    listen: { host: "127.0.0.1", port: behaviour.port ?? 0 },
    ...more,
  });
}

const portOf = ({ address }: State): number => Number(address.split(":").at(-1));

async function update(state: State, before: Inputs, after: Inputs): Promise<State> {
  if (service.update === undefined) throw new Error("a service can be updated");
  return await service.update(before.directory, after, { inputs: before, state }, contextOf());
}

/** Paths of the changes that a preview would show. */
async function changes(state: State, before: Inputs, after: Inputs): Promise<string[]> {
  const [oldInputs, newInputs, oldState] = [before, after, state] as unknown as PropertyMap[];
  if (oldInputs === undefined || newInputs === undefined || oldState === undefined) throw new Error("three maps");
  const structural = structuralDiff(oldInputs, newInputs, service);
  const diff = await service.diff?.({ id: before.directory, oldInputs, newInputs, oldState, structural }, contextOf());
  return diff?.changes.map(({ path, replace }) => (replace ? `${path} (replace)` : path)) ?? [];
}

describe("a service", () => {
  it("is created, is unchanged, is exchanged, and is gone when deleted", async () => {
    const first = inputsOf("way");
    const { id, state } = await service.create(first, contextOf());
    expect(id).toBe(first.directory);
    expect(await get(portOf(state))).toBe("one");
    expect(await changes(state, first, first)).toEqual([]);
    expect(await service.read?.(id, state, first, contextOf())).toEqual({ id, state });

    const second = inputsOf("way", { answer: "two" });
    expect(await changes(state, first, second)).toEqual(["configuration"]);
    const load = new Load(portOf(state)).open(100);
    const updated = await update(state, first, second);
    expect((await load.stop()).failures).toEqual([]);
    expect(updated).toMatchObject({ pid: state.pid, address: state.address });
    expect(updated.version).not.toBe(state.version);
    expect(await get(portOf(updated))).toBe("two");

    await service.delete?.(id, updated, contextOf());
    expect(existsSync(first.directory)).toBe(false);
    expect(startOf(state.pid)).toBeUndefined();
    expect(await accepts(portOf(state))).toBe(false);
    await service.delete?.(id, updated, contextOf());
  });

  it("keeps the version before the present one, and no more", async () => {
    const all = ["one", "two", "three"].map((answer) => inputsOf("versions", { answer }));
    const [first, second, third] = all as [Inputs, Inputs, Inputs];
    const { state: one } = await service.create(first, contextOf());
    const two = await update(one, first, second);
    const three = await update(two, second, third);
    await eventually("the old workers' end", async () => (await status(first.directory)).workers.length === 1);
    expect(readdirSync(join(first.directory, "versions"))).toEqual(
      expect.arrayContaining([two.version, three.version]),
    );
    const again = await update(three, third, second);
    expect(again.version).toBe(two.version);
    expect(readdirSync(join(first.directory, "versions")).sort()).toEqual([two.version, three.version].sort());
  });

  it("is restarted by a plain up when its process is dead; a refresh says so", async () => {
    const given = inputsOf("dead");
    const { id, state } = await service.create(given, contextOf());
    process.kill(state.pid, "SIGKILL");
    await eventually("its end", () => startOf(state.pid) === undefined);
    expect(await changes(state, given, given)).toEqual(["pid"]);
    const warnings: string[] = [];
    expect(await service.read?.(id, state, given, contextOf(warnings))).toBeUndefined();
    expect(warnings).toEqual([
      `fixture does not run: its process, pid ${state.pid}, is gone; the next up starts it again`,
    ]);

    const updated = await update(state, given, given);
    expect(updated.pid).not.toBe(state.pid);
    expect(updated.version).toBe(state.version);
    expect(await get(portOf(updated))).toBe("one");
    expect(await changes(updated, given, given)).toEqual([]);
  });

  it("is found foreign where its pid is now another's, which delete leaves alone", async () => {
    const given = inputsOf("foreign");
    const { id, state } = await service.create(given, contextOf());
    process.kill(state.pid, "SIGKILL");
    await eventually("its end", () => startOf(state.pid) === undefined);
    const other = spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000)"], {
      stdio: "ignore",
      detached: true,
    });
    bench.watch(other.pid);
    const record = join(given.directory, "supervisor.json");
    writeFileSync(record, JSON.stringify({ ...JSON.parse(readFileSync(record, "utf8")), pid: other.pid }));
    const warnings: string[] = [];
    expect(await service.read?.(id, state, given, contextOf(warnings))).toBeUndefined();
    expect(warnings.join()).toContain(`pid ${other.pid} is now that of another`);
    expect(await changes(state, given, given)).toEqual(["pid"]);
    await service.delete?.(id, state, contextOf());
    expect(startOf(other.pid ?? 0)).toBeDefined();
    expect(existsSync(given.directory)).toBe(false);
  });

  it("takes over what an interrupted up has left running", async () => {
    const before = inputsOf("adopted");
    const { state } = await service.create(before, contextOf());
    const after = inputsOf("adopted", { answer: "two" });
    const { state: adopted } = await service.create(after, contextOf());
    expect(adopted).toMatchObject({ pid: state.pid, address: state.address });
    expect(await get(portOf(adopted))).toBe("two");

    const broken = inputsOf("adopted", { fail: "no" });
    const failure = await service.create(broken, contextOf()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PartialFailure);
    expect(failure).toMatchObject({ id: before.directory, state: { pid: state.pid, version: adopted.version } });
    expect(await get(portOf(adopted))).toBe("two");
  });

  it("goes on from a half-written version and a stale directory", async () => {
    const given = inputsOf("half");
    const { state } = await service.create(given, contextOf());
    process.kill(state.pid, "SIGKILL");
    await eventually("its end", () => startOf(state.pid) === undefined);
    const folder = join(given.directory, "versions", state.version);
    writeFileSync(join(folder, "service.mjs"), "half");
    rmSync(join(folder, "tls"), { recursive: true });
    mkdirSync(join(given.directory, "versions", `.${state.version}.new`, "tls"), { recursive: true });
    const { state: again } = await service.create(given, contextOf());
    expect(await get(portOf(again))).toBe("one");
    expect(readFileSync(join(folder, "tls/key.pem"), "utf8")).toBe("the key");
    expect(readdirSync(join(given.directory, "versions"))).toEqual([state.version]);
  });

  it("that fails to start leaves nothing behind, and says the last words of its log", async () => {
    const given = inputsOf(join("parent", "failing"), { fail: "first line\nlast line" });
    await expect(service.create(given, contextOf())).rejects.toThrow(
      "fixture did not start: it exited with code 1 before it was ready: last line\nthe last lines of its log:\n  first line\n  last line",
    );
    expect(existsSync(dirname(given.directory))).toBe(false);
  });

  it("keeps the old version when an update fails, and forgets the new one", async () => {
    const good = inputsOf("update-fails");
    const { state } = await service.create(good, contextOf());
    const bad = inputsOf("update-fails", { fail: "no" });
    await expect(update(state, good, bad)).rejects.toThrow(
      new RegExp(`^fixture: version \\w+ failed, the old version ${state.version} goes on: .*: no$`),
    );
    expect(readdirSync(join(good.directory, "versions"))).toEqual([state.version]);
    expect(await changes(state, good, good)).toEqual([]);
    expect(await get(portOf(state))).toBe("one");
  });

  it("is restarted under a changed supervisor, and under the old one where that fails", async () => {
    const before = inputsOf("supervisor");
    const { state } = await service.create(before, contextOf());
    const bad = inputsOf("supervisor", { fail: "no" }, { supervisor: nextSupervisor });
    await expect(update(state, before, bad)).rejects.toThrow(`the old version ${state.version} goes on`);
    const restored = await find(before.directory);
    expect(restored).toMatchObject({ state: "running" });

    const after = inputsOf("supervisor", {}, { supervisor: nextSupervisor });
    expect(await changes({ ...state, pid: restored.pid ?? 0 }, before, after)).toEqual(["supervisor.sha256"]);
    const updated = await update(state, before, after);
    expect(updated.pid).not.toBe(restored.pid);
    expect(updated.version).toBe(state.version);
    expect(readdirSync(join(before.directory, "supervisor"))).toEqual([`${nextSupervisor.sha256.slice(0, 12)}.mjs`]);
    expect(await get(portOf(updated))).toBe("one");
  });

  it("takes its secrets from this environment, and says which is missing", async () => {
    const given = inputsOf("secret", { secret: "FIXTURE_SECRET" }, { secretVariables: ["FIXTURE_SECRET"] });
    await expect(service.create(given, contextOf())).rejects.toThrow("fixture needs FIXTURE_SECRET in the environment");
    expect(existsSync(given.directory)).toBe(false);
    process.env.FIXTURE_SECRET = "canary-of-the-service";
    const { state } = await service.create(given, contextOf());
    expect(await get(portOf(state), "/secret")).toMatch(/^[0-9a-f]{64}$/);
    for (const file of filesOf(given.directory)) expect(readFileSync(file, "utf8"), file).not.toContain("canary-of");
  });

  it("never takes or removes a directory that is somebody else's", async () => {
    const given = inputsOf("theirs");
    mkdirSync(given.directory);
    writeFileSync(join(given.directory, "letter.txt"), "dear");
    await expect(service.create(given, contextOf())).rejects.toThrow("is there already and was not made for a service");
    const state = { directory: given.directory, drainSeconds: 1 } as State;
    await expect(service.delete?.(given.directory, state, contextOf())).rejects.toThrow("is not removed");
    expect(readdirSync(given.directory)).toEqual(["letter.txt"]);
  });

  it("says that its bundle is gone or has changed", async () => {
    const copy = join(bench.folder, "copy.mjs");
    writeFileSync(copy, "changed");
    const changed = inputsOf("changed", {}, { bundle: { path: copy, sha256: worker.sha256 } });
    await expect(service.create(changed, contextOf())).rejects.toThrow(`the bundle ${copy} was changed`);
    renameSync(copy, `${copy}.away`);
    await expect(service.create(changed, contextOf())).rejects.toThrow(`the bundle ${copy} is not there`);
    expect(existsSync(changed.directory)).toBe(false);
  });

  it("can't be made beneath a file, and says so", async () => {
    const given = inputsOf("beneath");
    writeFileSync(join(bench.folder, "a-file"), "");
    const directory = join(bench.folder, "a-file", "service");
    await expect(service.create({ ...given, directory }, contextOf())).rejects.toThrow("a part of the path is a file");
  });

  const canMount = spawnSync("unshare", ["-rm", "true"]).status === 0;
  it.skipIf(!canMount)("leaves nothing on a disk that is full", () => {
    const disk = join(bench.folder, "disk");
    mkdirSync(disk);
    const given = { ...inputsOf("unused"), directory: join(disk, "service") };
    const script = join(dirname(fileURLToPath(import.meta.url)), "fixtures/create-on-full-disk.ts");
    const mount = 'mount -t tmpfs -o size=32k none "$1" && exec "$2" "$3" "$4"';
    const out = execFileSync(
      "unshare",
      ["-rm", "sh", "-c", mount, "sh", disk, process.execPath, script, JSON.stringify(given)],
      { encoding: "utf8" },
    );
    expect(JSON.parse(out)).toEqual({ error: expect.stringMatching(/^UserError: .*the disk is full$/), left: [] });
  });

  it("waits for a supervisor that is just starting, then exchanges it", async () => {
    const given = inputsOf("starting");
    const { state } = await service.create(given, contextOf());
    process.kill(state.pid, "SIGKILL");
    await eventually("its end", () => startOf(state.pid) === undefined);
    const program = join(given.directory, "supervisor", `${supervisor.sha256.slice(0, 12)}.mjs`);
    const interrupted = start(given.directory, { program, secrets: {}, timeoutMs: 90_000 });
    const found = await eventually("its record", async () => {
      const now = await find(given.directory);
      return now.state === "running" ? now : undefined;
    });
    const { state: adopted } = await service.create(inputsOf("starting", { answer: "two" }), contextOf());
    expect(adopted.pid).toBe(found.pid);
    expect(await get(portOf(adopted))).toBe("two");
    await interrupted;
  });
});
