import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { issueKey, type RouterConfigInput } from "../../../runtime/config/index.ts";
import { pair, key as schoolKey } from "./support.ts";

/** Of another tenant than the suite's, and one that may see everything. */
export const labKey = issueKey();
export const adminKey = issueKey();

export const as = ({ key }: { readonly key: string }) => ({ authorization: `Bearer ${key}` });

/** A folder that is gone after the test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "hybrid-llm-costs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const moneyConfig = (more: RouterConfigInput = {}): RouterConfigInput => ({
  keys: [
    { id: schoolKey.id, sha256: schoolKey.sha256, tenant: "school" },
    { id: labKey.id, sha256: labKey.sha256, tenant: "lab" },
    { id: adminKey.id, sha256: adminKey.sha256, tenant: "office", role: "admin" },
  ],
  prices: { "openai/big": { input: 1_000, output: 1_000 } },
  ...more,
});

/** `openai` that costs and `local` that doesn't, with a ledger in an embedded database. */
export const withLedger = (more: RouterConfigInput = {}) =>
  pair({}, {}, { config: moneyConfig({ ledger: { directory: scratch(), batch: { intervalMs: 20 } }, ...more }) });
