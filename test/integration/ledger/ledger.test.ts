import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { newAttemptId } from "../../../runtime/router/ledger/attempt-id.ts";
import { encodeLine } from "../../../runtime/router/ledger/journal/line.ts";
import { encodeOpen } from "../../../runtime/router/ledger/row.ts";
import { until } from "../../support/wait.ts";
import { describeDatabases } from "./databases.ts";
import { encoded, openOf, rowOf } from "./rows.ts";
import { ledgerOn, scratch } from "./support.ts";

describeDatabases("a ledger", (database) => {
  const ids = async () =>
    (await database().query("select attempt_id::text as id from ledger_attempts order by 1")).map(({ id }) =>
      String(id),
    );
  const append = (ledger: ReturnType<typeof ledgerOn>["ledger"], count: number) => {
    const rows = Array.from({ length: count }, () => rowOf());
    for (const row of rows) ledger.append(row);
    return rows.map(({ attemptId }) => attemptId);
  };

  test.each(["a folder", "memory alone"])("brings rows to the database by itself, with %s", async (where) => {
    const { ledger } = ledgerOn(database(), { directory: where === "a folder" ? scratch() : undefined });
    const written = append(ledger, 1_200);
    await until(() => ledger.health.counts.shipped === 1_200);
    expect(await ids()).toEqual(written.toSorted());
    expect(ledger.health).toMatchObject({ writable: true, openAttempts: 0, database: { problem: undefined } });
  });

  test("loses nothing while the database is away, and says so once", async () => {
    const directory = scratch();
    const { ledger, gate, lines } = ledgerOn(database(), { directory, config: { journal: { segmentBytes: 4_096 } } });
    gate.up = false;
    const written = append(ledger, 300);
    await expect(ledger.flush()).rejects.toMatchObject({ name: "DatabaseUnavailable" });
    await expect(ledger.flush()).rejects.toMatchObject({ name: "DatabaseUnavailable" });
    expect(ledger.health).toMatchObject({ writable: true, database: { problem: "down for the test" } });
    gate.up = true;
    await ledger.flush();
    expect(await ids()).toEqual(written.toSorted());
    expect(ledger.health.database.problem).toBeUndefined();
    expect(lines.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  test("is not writable when the journal has grown to its limit, and is again when the database comes back", async () => {
    const limits = { journal: { segmentBytes: 4_096, maxBytes: 65_536 } };
    const { ledger, gate } = ledgerOn(database(), { directory: scratch(), config: limits });
    gate.up = false;
    const written: string[] = [];
    while (ledger.writable) written.push(...append(ledger, 1));
    expect(ledger.begin(openOf())).toBe(false);
    expect(ledger.health.journal.problem).toBe("full");
    // What has been paid for is written all the same.
    written.push(...append(ledger, 1));
    gate.up = true;
    await ledger.flush();
    append(ledger, 20);
    await ledger.flush();
    expect(ledger.begin(openOf())).toBe(true);
    expect(await ids()).toEqual(expect.arrayContaining(written));
  });

  test("keeps writing down what is open, though its segment is long in the database", async () => {
    const directory = scratch();
    const { ledger } = ledgerOn(database(), { directory, config: { journal: { segmentBytes: 4_096 } } });
    const open = openOf();
    ledger.begin(open);
    append(ledger, 50);
    await ledger.flush();
    append(ledger, 50);
    await ledger.flush();
    expect(ledger.health.openAttempts).toBe(1);
    const [folder = ""] = readdirSync(join(directory, "journal"));
    const files = readdirSync(join(directory, "journal", folder)).sort();
    expect(files[0]).not.toBe("00000000.journal");
    const kept = files.map((file) => readFileSync(join(directory, "journal", folder, file), "utf8")).join("");
    expect(kept).toContain(`b {"attempt_id":"${open.attemptId}"`);
    ledger.append(rowOf({ attemptId: open.attemptId }));
    await ledger.flush();
    expect(await ids()).toHaveLength(101);
  });

  test("leaves nothing on the disk after a clean end", async () => {
    const directory = scratch();
    const { ledger } = ledgerOn(database(), { directory });
    ledger.begin(openOf());
    const open = openOf();
    ledger.begin(open);
    expect(await ledger.close({ timeoutMs: 10_000 })).toBe(true);
    // Attempts that never ended are for the next router to settle.
    expect(readdirSync(join(directory, "journal"))).toHaveLength(1);
    const { ledger: other } = ledgerOn(database(), { directory: scratch() });
    append(other, 3);
    const folder = other.health.journal.folder ?? "";
    expect(existsSync(folder)).toBe(true);
    expect(await other.close({ timeoutMs: 10_000 })).toBe(true);
    expect(existsSync(folder)).toBe(false);
  });

  test("ends at its deadline where the database is away, and leaves the rows for the next router", async () => {
    const directory = scratch();
    const { ledger, gate } = ledgerOn(database(), { directory });
    gate.up = false;
    append(ledger, 3);
    expect(await ledger.close({ timeoutMs: 50 })).toBe(false);
    expect(readdirSync(join(directory, "journal"))).toHaveLength(1);
  });

  test("keeps aside a row that no database takes, and goes on", async () => {
    const directory = scratch();
    const { ledger, lines } = ledgerOn(database(), { directory });
    const good = append(ledger, 3);
    ledger.append(rowOf({ costNano: -1n }));
    good.push(...append(ledger, 3));
    await ledger.flush();
    expect(await ids()).toEqual(good.toSorted());
    expect(ledger.health.counts).toMatchObject({ rejected: 1 });
    expect(readFileSync(join(directory, "aside", "rejected.lines"), "utf8")).toContain('"cost_nano":"-1"');
    expect(lines.filter(({ level }) => level === "error")).not.toEqual([]);
  });

  test("has attempts in the month in which they began, whatever the clock does meanwhile", async () => {
    let clock = Date.parse("2026-12-31T23:59:59.999Z");
    const { ledger } = ledgerOn(database(), { directory: scratch(), now: () => clock });
    const jump = (to: string) => {
      clock = Date.parse(to);
    };
    const begun = openOf({ attemptId: newAttemptId(clock) });
    ledger.begin(begun);
    jump("2027-01-01T00:00:05Z");
    ledger.append(rowOf({ attemptId: begun.attemptId, costNano: 1n }));
    jump("2027-09-01T00:00:00Z");
    ledger.append(rowOf({ attemptId: newAttemptId(clock), costNano: 2n }));
    jump("2026-11-30T23:00:00Z");
    ledger.append(rowOf({ attemptId: newAttemptId(clock), costNano: 4n }));
    await ledger.flush();
    const span = { from: new Date("2026-11-01T00:00:00Z"), to: new Date("2027-12-01T00:00:00Z") };
    const { groups } = await ledger.costs({ ...span, groupBy: ["month"] });
    expect(groups.map(({ by, costNano }) => [by.month, costNano])).toEqual([
      ["2026-11", 4n],
      ["2026-12", 1n],
      ["2027-09", 2n],
    ]);
  });

  test("tells what was spent, what still waits in the journal included", async () => {
    const { ledger } = ledgerOn(database(), { directory: scratch(), config: { batch: { intervalMs: 3_600_000 } } });
    ledger.append(rowOf({ costNano: 5n }));
    ledger.begin(openOf({ reservedNano: 9n }));
    const { spent, open } = await ledger.rebuild({ hour: new Date(Date.now() - 3_600_000) });
    expect(spent).toContainEqual({ period: "hour", level: "stack", id: "prod", nano: 5n, estimatedNano: 0n });
    expect(open).toMatchObject([{ reservedNano: 9n }]);
  });

  test("can't tell what was spent while the database is away", async () => {
    const { ledger, gate } = ledgerOn(database(), { directory: scratch() });
    gate.up = false;
    await expect(ledger.rebuild({ day: new Date(0) })).rejects.toMatchObject({ name: "DatabaseUnavailable" });
  });

  describe("takes over the journal of a router that is gone", () => {
    /** Named after a process that can't be. */
    const orphan = (directory: string, content: string) => {
      const folder = join(directory, "journal", `${hostname()}~99999999~1~abcdef01`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "00000000.journal"), content);
      return folder;
    };

    test("with a last line that was written in part", async () => {
      const directory = scratch();
      const whole = [encoded(), encoded()];
      const torn = encodeLine("row", encoded()).slice(0, -40);
      orphan(directory, whole.map((json) => encodeLine("row", json)).join("") + torn);
      const { ledger, lines } = ledgerOn(database(), { directory });
      await ledger.flush();
      expect(await ids()).toHaveLength(2);
      expect(ledger.health.counts).toMatchObject({ recovered: 1, torn: 1, corrupt: 0, abandoned: 0 });
      expect(lines).toContainEqual(
        expect.objectContaining({ level: "warn", fields: { rows: 2, abandoned: 0, torn: 1 } }),
      );
      expect(readdirSync(join(directory, "journal"))).toHaveLength(1);
    });

    test("with a line in the middle that is not what was written", async () => {
      const directory = scratch();
      const damaged = encodeLine("row", encoded()).replace('"number":1', '"number":9');
      orphan(directory, encodeLine("row", encoded()) + damaged + encodeLine("row", encoded()));
      const { ledger } = ledgerOn(database(), { directory });
      await ledger.flush();
      expect(await ids()).toHaveLength(2);
      expect(ledger.health.counts.corrupt).toBe(1);
      expect(readFileSync(join(directory, "aside", "corrupt.lines"), "utf8")).toBe(damaged);
    });

    test("and settles what never ended at what was reserved", async () => {
      const directory = scratch();
      const [lost, ended] = [openOf({ reservedNano: 42n, feature: "grading" }), openOf()];
      const lines = [
        encodeLine("begin", encodeOpen(lost)),
        encodeLine("begin", encodeOpen(ended)),
        encodeLine("row", encoded({ attemptId: ended.attemptId, costNano: 1n })),
      ];
      orphan(directory, lines.join(""));
      const { ledger } = ledgerOn(database(), { directory });
      await ledger.flush();
      const rows = await database().query(
        "select attempt_id::text as id, outcome, cost_nano::text as cost, estimated, feature, stack from ledger_attempts order by cost_nano",
      );
      expect(rows).toEqual([
        { id: ended.attemptId, outcome: "answered", cost: "1", estimated: false, feature: "", stack: "prod" },
        { id: lost.attemptId, outcome: "abandoned", cost: "42", estimated: true, feature: "grading", stack: "prod" },
      ]);
      expect(ledger.health.counts.abandoned).toBe(1);
    });

    test("only once the database has all of it", async () => {
      const directory = scratch();
      orphan(directory, encodeLine("row", encoded()));
      const { ledger, gate } = ledgerOn(database(), { directory });
      gate.up = false;
      await expect(ledger.flush()).rejects.toMatchObject({ name: "DatabaseUnavailable" });
      expect(readdirSync(join(directory, "journal"))).toHaveLength(2);
      gate.up = true;
      await ledger.flush();
      expect(await ids()).toHaveLength(1);
      expect(readdirSync(join(directory, "journal"))).toHaveLength(1);
    });

    test("except one that can't be read, which holds up nothing", async () => {
      const directory = scratch();
      const folder = orphan(directory, "");
      mkdirSync(join(folder, "00000001.journal"));
      const { ledger, lines } = ledgerOn(database(), { directory });
      const written = append(ledger, 3);
      await ledger.flush();
      await ledger.flush();
      expect(await ids()).toEqual(written.toSorted());
      expect(lines.filter(({ level }) => level === "error")).toMatchObject([{ fields: { problem: "EISDIR" } }]);
    });

    test("but not that of another machine", async () => {
      const directory = scratch();
      mkdirSync(join(directory, "journal", "elsewhere~1~1~abcdef01"), { recursive: true });
      const { ledger, lines } = ledgerOn(database(), { directory });
      await ledger.flush();
      expect(readdirSync(join(directory, "journal"))).toContain("elsewhere~1~1~abcdef01");
      expect(lines.filter(({ level }) => level === "warn")).toHaveLength(1);
    });
  });

  test.skipIf(process.getuid?.() !== 0)(
    "bears a full disk: nothing is lost, and in the end nothing that costs begins",
    async () => {
      const directory = scratch();
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=128k", "tmpfs", directory]);
      onTestFinished(() => void execFileSync("umount", ["-l", directory]));
      const config = { journal: { segmentBytes: 16_384, memoryRecords: 50 }, batch: { intervalMs: 3_600_000 } };
      const { ledger, gate, lines } = ledgerOn(database(), { directory, config });
      gate.up = false;
      writeFileSync(join(directory, "filler"), Buffer.alloc(64 * 1024));
      const written: string[] = [];
      while (ledger.health.journal.inMemory === 0) written.push(...append(ledger, 1));
      expect(ledger.health).toMatchObject({ writable: true, journal: { problem: "ENOSPC" } });
      while (ledger.begin(openOf())) written.push(...append(ledger, 1));
      expect(ledger.health).toMatchObject({ writable: false, journal: { problem: "ENOSPC" }, counts: { lost: 0 } });
      await until(() => lines.some(({ fields }) => fields.problem === "ENOSPC"));
      rmSync(join(directory, "filler"));
      await until(() => ledger.writable);
      expect(ledger.health.journal.problem).toBeUndefined();
      gate.up = true;
      await ledger.flush();
      expect(await ids()).toEqual(written.toSorted());
      expect(ledger.health.counts).toMatchObject({ corrupt: 0, lost: 0 });
    },
  );

  test("brings rows to the database although the disk takes none", async () => {
    const directory = scratch();
    const { ledger } = ledgerOn(database(), { directory, config: { batch: { intervalMs: 3_600_000 } } });
    rmSync(join(directory, "journal"), { recursive: true });
    const written = append(ledger, 5);
    expect(ledger.health.journal).toMatchObject({ inMemory: 5, problem: "ENOENT" });
    await ledger.flush();
    expect(await ids()).toEqual(written.toSorted());
    expect(ledger.health.journal.inMemory).toBe(0);
  });
});
