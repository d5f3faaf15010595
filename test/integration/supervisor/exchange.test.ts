import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { status } from "../../../runtime/supervisor/client.ts";
import { eventually } from "../../support/wait.ts";
import { Bench, Fixture, type Program } from "./bench.ts";
import { accepts, get, Load, Stream } from "./load.ts";

const bench = new Bench();
let supervisor: Program;
let worker: Program;

beforeAll(async () => {
  [supervisor, worker] = await Promise.all([bench.supervisor(), bench.worker()]);
});
afterAll(() => bench.close());

const fixture = (name: string): Fixture => new Fixture(bench, name, supervisor, worker);

describe("an exchange", () => {
  it.each([1, 2])("loses no connection in ten exchanges under load, with %i worker(s)", async (workers) => {
    const service = fixture(`ten-${workers}`);
    service.write("v0", {}, { workers });
    const begun = await service.start();
    const port = begun.address?.port ?? 0;
    const load = new Load(port).open(200).keepAlive(5);
    const stream = new Stream(port, 11);
    expect(await stream.next()).toBe("v0 1");

    for (let round = 1; round <= 10; round++) {
      const enough = load.answered() + 40;
      await eventually("requests between exchanges", () => load.answered() > enough);
      service.write(`v${round}`, {}, { workers });
      const now = await service.exchange();
      expect(now).toMatchObject({ state: "running", version: `v${round}`, pid: begun.pid, address: { port } });
      expect(await stream.next()).toBe(`v0 ${round + 1}`);
      // An old worker that is told to drain may take one connection more before it hears of it.
      await eventually(`an answer of v${round}`, async () => (await get(port)) === `v${round}`);
    }

    const report = await load.stop();
    expect(report.failures).toEqual([]);
    expect([...report.answers.keys()].sort()).toEqual(Array.from({ length: 11 }, (_, index) => `v${index}`).sort());
    expect(await stream.next()).toBeUndefined();
    await eventually("only the last version's workers", async () => {
      const { workers: left } = await status(service.directory);
      return left.length === workers && left.every((one) => one.version === "v10" && one.state === "ready");
    });
  });

  it("keeps the old version in service when the new one fails, and says why", async () => {
    const service = fixture("failing");
    service.write("good", {});
    const { address } = await service.start();
    const load = new Load(address?.port ?? 0).open(100);
    service.write("bad", { fail: "the database is not there" });

    await expect(service.exchange()).rejects.toMatchObject({
      message: "it exited with code 1 before it was ready: the database is not there",
      log: ["the database is not there"],
    });

    expect(await status(service.directory)).toMatchObject({ state: "running", version: "good", restarts: 0 });
    expect(readFileSync(join(service.directory, "service.json"), "utf8")).toContain('"good"');
    expect(await get(address?.port ?? 0)).toBe("good");
    expect((await load.stop()).failures).toEqual([]);

    service.write("better", {});
    expect(await service.exchange()).toMatchObject({ version: "better", address });
  });

  it("gives up on a version that never gets ready", async () => {
    const service = fixture("silent");
    service.write("good", {});
    const { address } = await service.start();
    service.write("mute", { silent: true }, { startMs: 2_000 });
    await expect(service.exchange()).rejects.toMatchObject({ message: "it was not ready within 2 s" });
    expect((await status(service.directory)).workers).toMatchObject([{ version: "good", state: "ready" }]);
    expect(await get(address?.port ?? 0)).toBe("good");
  });

  it("kills an old worker that doesn't drain in its time", async () => {
    const service = fixture("stubborn");
    service.write("old", { stubborn: true }, { drainMs: 1_000 });
    await service.start();
    service.write("new", {});
    await service.exchange();
    await eventually("the end of the old worker", async () => {
      const { workers } = await status(service.directory);
      return workers.length === 1 && workers[0]?.version === "new";
    });
  });

  it("opens the new port before it leaves the old one", async () => {
    const service = fixture("moving");
    service.write("here", { host: "127.0.0.1" });
    const before = await service.start();
    service.write("there", { host: "0.0.0.0" });
    const after = await service.exchange();
    expect(after.address?.port).not.toBe(before.address?.port);
    expect(await get(after.address?.port ?? 0)).toBe("there");
    await eventually("the old port closed", async () => !(await accepts(before.address?.port ?? 0)));
  });

  it("goes on with the old port when the new one is taken", async () => {
    const other = fixture("holder");
    other.write("other", {});
    const holder = await other.start();
    const service = fixture("refused");
    service.write("good", {});
    const { address } = await service.start();
    service.write("clash", { port: holder.address?.port ?? 0 });
    await expect(service.exchange()).rejects.toThrow(
      `port ${holder.address?.port} on 127.0.0.1 is in use by ${process.platform === "linux" ? "pid" : "another"}`,
    );
    expect(await get(address?.port ?? 0)).toBe("good");
  });
});
