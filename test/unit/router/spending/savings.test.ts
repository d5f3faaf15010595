import fc from "fast-check";
import { expect, test } from "vitest";
import { type AttemptRow, type Ledger, newAttemptId } from "../../../../runtime/router/ledger/index.ts";
import { Calendar, costOf, MemoryBudgetStore, Prices } from "../../../../runtime/router/money/index.ts";
import { AttemptAccount, type AttemptResult } from "../../../../runtime/router/spending/attempt-account.ts";

const prices = (input: number, output: number) => {
  const tokens = { tiers: [], perRequest: 0, perGpuHour: 0, input, output };
  const priced = new Prices({ "openai/m": tokens }).priceOf("openai", "m");
  if (!priced) throw new Error("it has a price");
  return priced;
};
const usage = { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 };

/** The row of an attempt that ended so. */
function rowOf(result: Partial<AttemptResult>, primary?: ReturnType<typeof prices>, priced = prices(1, 2)): AttemptRow {
  const rows: AttemptRow[] = [];
  const id = newAttemptId();
  const account = new AttemptAccount({
    identity: {
      attemptId: id,
      firstAttemptId: id,
      requestId: "r",
      tenant: "school",
      keyId: "k",
      backend: "openai",
      model: "m",
      operation: "chat",
      wire: "openai",
      number: 1,
      cause: "first",
    },
    amount: 1_000_000_000,
    priced,
    attempt: { backend: "openai", body: {}, bytes: 10, maxOutputTokens: 100, maxMs: 1_000, fileTokens: 1 },
    store: new MemoryBudgetStore(new Calendar("UTC")),
    ledger: { append: (row: AttemptRow) => void rows.push(row) } as unknown as Ledger,
    primary,
    settled: () => {},
  });
  account.end({ outcome: "answered", usage, producedBytes: 10, ...result });
  const [row] = rows;
  if (!row) throw new Error("no row");
  return row;
}

test("what auto saved is what the primary would have cost for the same tokens, less what it did cost", () => {
  const price = fc.double({ min: 0, max: 100, noNaN: true });
  fc.assert(
    fc.property(price, price, price, price, (ownInput, ownOutput, input, output) => {
      const [own, primary] = [prices(ownInput, ownOutput), prices(input, output)];
      const { costNano, arbitrageSavedNano } = rowOf({}, primary, own);
      expect(costNano + (arbitrageSavedNano ?? 0n)).toBe(BigInt(costOf(primary, usage)));
    }),
  );
});

test("it is less than 0 where the primary would have been cheaper", () => {
  expect(rowOf({}, prices(0.5, 1)).arbitrageSavedNano).toBe(-600_000n);
});

test.each<[string, Partial<AttemptResult>]>([
  ["that failed", { outcome: "failed" }],
  ["that nobody counted", { usage: undefined }],
])("nothing is said of an attempt %s", (_what, result) => {
  expect(rowOf(result, prices(10, 10)).arbitrageSavedNano).toBeUndefined();
});

test("nothing is said where the request named its model", () => {
  expect(rowOf({}).arbitrageSavedNano).toBeUndefined();
});
