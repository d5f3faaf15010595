import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { Journal, type JournalOptions } from "../../../runtime/router/ledger/journal/journal.ts";
import { decodeLine, encodeLine } from "../../../runtime/router/ledger/journal/line.ts";
import { readChunk } from "../../../runtime/router/ledger/journal/segment-reader.ts";
import { encodeOpen } from "../../../runtime/router/ledger/row.ts";
import { encoded, openOf } from "../../integration/ledger/rows.ts";

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "hybrid-llm-journal-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function journalOf(given: Partial<JournalOptions> = {}): Journal {
  return new Journal({
    folder: join(scratch(), "mine"),
    segmentBytes: 4_096,
    maxBytes: 1 << 20,
    memoryRecords: 10,
    aside: undefined,
    ...given,
  });
}

async function drained(journal: Journal): Promise<string[]> {
  const rows: string[] = [];
  for (let batch = await journal.next(7); batch; batch = await journal.next(7)) {
    rows.push(...batch.rows);
    await batch.done();
  }
  return rows;
}

test("a line is what was written, or nothing", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 200 }).map((value) => JSON.stringify({ value }));
  fc.assert(
    fc.property(
      text,
      fc.constantFrom("begin", "row"),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (json, kind, at, flip) => {
        const line = Buffer.from(encodeLine(kind, json)).subarray(0, -1);
        expect(decodeLine(line)).toEqual({ kind, json });
        const damaged = Buffer.from(line);
        const place = at % damaged.length;
        damaged[place] = (damaged[place] ?? 0) ^ flip;
        // The checksum's digits may be of either case.
        if (damaged.toString("latin1").toLowerCase() !== line.toString("latin1").toLowerCase() || place > 8) {
          expect(decodeLine(damaged)).toBeUndefined();
        }
        expect(decodeLine(line.subarray(0, place))).toBeUndefined();
      },
    ),
  );
});

test("a file that was cut anywhere gives all of its whole lines", async () => {
  const lines = Array.from({ length: 5 }, () => encodeLine("row", encoded()));
  const file = join(scratch(), "segment");
  writeFileSync(file, lines.join(""));
  const { size } = statSync(file);
  for (let cut = size; cut > 0; cut -= 37) {
    truncateSync(file, cut);
    const whole = readFileSync(file, "utf8").split("\n").length - 1;
    const chunk = await readChunk(file, 0, cut, 100);
    expect(chunk?.lines.length ?? 0).toBe(whole);
    expect(chunk?.corrupt ?? []).toEqual([]);
  }
});

test("rubbish without an end is passed over in pieces, not read into memory", async () => {
  const file = join(scratch(), "segment");
  writeFileSync(file, Buffer.alloc(600_000, 0x78));
  appendFileSync(file, `\n${encodeLine("row", encoded())}`);
  const { size } = statSync(file);
  let [at, lines, corrupt] = [0, 0, 0];
  for (let chunk = await readChunk(file, at, size, 100); chunk; chunk = await readChunk(file, at, size, 100)) {
    at = chunk.end;
    lines += chunk.lines.length;
    corrupt += chunk.corrupt.length;
  }
  expect([at, lines, corrupt]).toEqual([size, 1, 3]);
});

test("rows are given oldest first, again until they are done, and each once after that", async () => {
  const journal = journalOf();
  const rows = Array.from({ length: 40 }, () => encoded());
  for (const row of rows) journal.row(row);
  const first = await journal.next(7);
  expect((await journal.next(7))?.rows).toEqual(first?.rows);
  expect(await drained(journal)).toEqual(rows);
  expect(await journal.next(7)).toBeUndefined();
});

test("files go when the database has their rows", async () => {
  const folder = join(scratch(), "mine");
  const journal = journalOf({ folder });
  for (let count = 0; count < 40; count++) journal.row(encoded());
  const before = readdirSync(folder).length;
  expect(before).toBeGreaterThan(3);
  await drained(journal);
  expect(readdirSync(folder)).toHaveLength(1);
  expect(journal.bytes).toBe(statSync(join(folder, readdirSync(folder)[0] ?? "")).size);
});

test("what begins is with the system at once, so that a killed process has it", () => {
  const folder = join(scratch(), "mine");
  const open = openOf();
  journalOf({ folder }).begin(encodeOpen(open));
  expect(readFileSync(join(folder, "00000000.journal"), "utf8")).toContain(open.attemptId);
});

test("without a folder rows wait in memory up to a bound, and what is dropped is counted", async () => {
  const journal = journalOf({ folder: undefined, memoryRecords: 10 });
  for (let count = 0; count < 9; count++) journal.row(encoded());
  expect(journal.writable).toBe(true);
  for (let count = 0; count < 21; count++) journal.row(encoded());
  expect(journal.writable).toBe(false);
  expect([journal.inMemory, journal.lost]).toEqual([20, 10]);
  expect(await drained(journal)).toHaveLength(20);
  expect(journal.writable).toBe(true);
});

test("the end of an attempt that was let begin is kept beyond any bound", () => {
  const journal = journalOf({ folder: undefined, memoryRecords: 1 });
  const open = Array.from({ length: 5 }, () => openOf());
  for (const each of open) journal.begin(encodeOpen(each));
  for (const { attemptId } of open) journal.row(encoded({ attemptId }));
  expect([journal.inMemory, journal.lost, journal.open()]).toEqual([5, 0, []]);
});
