import { expect, test } from "vitest";
import { attemptIdIn } from "../../../runtime/router/ledger/journal/line.ts";
import { abandonedRow, encodeOpen, encodeRow } from "../../../runtime/router/ledger/row.ts";
import { columns } from "../../../runtime/router/ledger/store/columns.ts";
import { monthIn } from "../../../runtime/router/ledger/store/insert.ts";
import { openOf, rowOf, source } from "../../integration/ledger/rows.ts";

const fields = (json: string) => Object.keys(JSON.parse(json) as object);

test("a row has the columns of its table and no other field", () => {
  const known = Object.keys(columns);
  const full = rowOf({ feature: "grading", arbitrageSavedNano: 1n, cacheSavedNano: 1n });
  expect(fields(encodeRow(full, source)).sort()).toEqual(known.toSorted());
  for (const field of fields(abandonedRow(encodeOpen(openOf()), source))) expect(known).toContain(field);
});

test("an attempt whose router died costs what was reserved, and says that this is estimated", () => {
  const open = openOf({ reservedNano: 12_345_678_901_234_567_890n });
  expect(JSON.parse(abandonedRow(encodeOpen(open), source))).toMatchObject({
    attempt_id: open.attemptId,
    outcome: "abandoned",
    cost_nano: "12345678901234567890",
    estimated: true,
    output_tokens: 0,
  });
});

test("what PostgreSQL can't store or a reader can't bear is taken out of a client's texts", () => {
  const row = rowOf({ feature: `a\u0000b\nc\ud800${"x".repeat(300)}`, requestId: '"at":"1999-01' });
  const { feature } = JSON.parse(encodeRow(row, source)) as { feature: string };
  expect(feature).toMatch(/^a b c\ufffdx+$/);
  expect(feature).toHaveLength(256);
});

test("a row's id and month are found in its JSON, whatever else it says", () => {
  const row = rowOf({ at: "2026-02-28T23:59:59.999Z", requestId: '"at":"1999-01-01' });
  expect(attemptIdIn(encodeRow(row, source))).toBe(row.attemptId);
  expect(monthIn(encodeRow(row, source))).toBe("2026-02");
});

test("figures that are no numbers don't stop a row", () => {
  const usage = { ...rowOf().usage, inputTokens: Number.NaN, outputTokens: -1 };
  expect(JSON.parse(encodeRow(rowOf({ usage, latencyMs: 1.6 }), source))).toMatchObject({
    input_tokens: 0,
    output_tokens: 0,
    latency_ms: 2,
  });
});

test("an id that isn't ours is a mistake of the program", () => {
  expect(() => encodeRow(rowOf({ attemptId: crypto.randomUUID() }), source)).toThrow(/newAttemptId/);
});
