import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { LedgerConfig } from "../../../runtime/config/index.ts";
import { type Database, DatabaseUnavailable } from "../../../runtime/router/ledger/database/database.ts";
import { Ledger, type LedgerParts } from "../../../runtime/router/ledger/ledger.ts";
import { source } from "./rows.ts";

/** What a ledger has logged: level, message and fields. */
export type Logged = { level: "info" | "warn" | "error"; message: string; fields: Record<string, unknown> };

export function recordingLog() {
  const lines: Logged[] = [];
  const at =
    (level: Logged["level"]) =>
    (first: unknown, second?: string): void => {
      if (typeof first === "string") lines.push({ level, message: first, fields: {} });
      else lines.push({ level, message: second ?? "", fields: first as Record<string, unknown> });
    };
  return { lines, log: { info: at("info"), warn: at("warn"), error: at("error") } as LedgerParts["log"] };
}

/** A folder that is gone after the test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "hybrid-llm-ledger-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Given {
  readonly config?: unknown;
  readonly directory?: string | undefined;
  readonly now?: () => number;
}

/** A ledger whose database can be taken away and given back. */
export function ledgerOn(database: Database, { config = {}, directory, now }: Given = {}) {
  const gate = { up: true };
  const closed = () => Promise.reject(new DatabaseUnavailable("down for the test"));
  const behind: Database = {
    kind: database.kind,
    query: (...given) => (gate.up ? database.query(...given) : closed()),
    script: (sql) => (gate.up ? database.script(sql) : closed()),
    transaction: (work) => (gate.up ? database.transaction(work) : closed()),
    close: async () => {},
  };
  const { lines, log } = recordingLog();
  const ledger = new Ledger({
    config: LedgerConfig.parse(config),
    source,
    directory,
    open: async () => behind,
    kind: database.kind,
    replica: undefined,
    log,
    ...(now ? { now } : {}),
  });
  onTestFinished(async () => {
    // The next test's tables are not for what this one left.
    gate.up = false;
    await ledger.close({ timeoutMs: 0 });
  });
  return { ledger, gate, lines };
}
