import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LedgerSource } from "../row.ts";
import { abandonedRow } from "../row.ts";
import type { Aside } from "./aside.ts";
import { attemptIdIn } from "./line.ts";
import { readChunk } from "./segment-reader.ts";
import { isSegment } from "./segment-writer.ts";

/** What was found in a journal whose process is gone. */
export interface Recovered {
  readonly rows: number;
  /** Attempts that had begun and not ended. */
  readonly abandoned: number;
  /** Last lines of which only a part had been written. */
  readonly torn: number;
}

export interface Recovery {
  readonly source: LedgerSource;
  readonly aside: Aside;
  readonly batchRows: number;
  readonly ship: (rows: readonly string[]) => Promise<void>;
}

/**
 * Brings all rows of an orphaned journal to the database, then a row at the reserved amount for each attempt that never
 * ended, then removes it. Interrupted anywhere it can be begun anew: what the database has it doesn't take twice.
 */
export async function recover(folder: string, { source, aside, batchRows, ship }: Recovery): Promise<Recovered> {
  const open = new Map<string, string>();
  const corrupt: Buffer[] = [];
  let [rows, torn] = [0, 0];
  for (const name of readdirSync(folder).filter(isSegment).sort()) {
    const file = join(folder, name);
    const { size } = statSync(file);
    let at = 0;
    for (;;) {
      const chunk = await readChunk(file, at, size, batchRows);
      if (chunk === undefined) break;
      const ended = chunk.lines.filter(({ kind }) => kind === "row").map(({ json }) => json);
      for (const { kind, json } of chunk.lines) {
        if (kind === "begin") open.set(attemptIdIn(json), json);
        else open.delete(attemptIdIn(json));
      }
      corrupt.push(...chunk.corrupt);
      rows += ended.length;
      if (ended.length > 0) await ship(ended);
      at = chunk.end;
    }
    if (at < size) torn++;
  }
  const abandoned = Array.from(open.values(), (json) => abandonedRow(json, source));
  for (let at = 0; at < abandoned.length; at += batchRows) await ship(abandoned.slice(at, at + batchRows));
  for (const bytes of corrupt) aside.put("corrupt", bytes);
  rmSync(folder, { recursive: true });
  return { rows, abandoned: abandoned.length, torn };
}
