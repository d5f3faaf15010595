import { existsSync, renameSync, rmSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import type { Ask, Told } from "./pglite-protocol.ts";

// The embedded database computes in a thread of its own: requests never wait for it.

const { folder } = workerData as { folder: string | undefined };
const port = parentPort;
if (!port) throw new Error("This runs as a worker thread.");
const tell = (told: Told) => port.postMessage(told);

/** Of the 128 MB that it takes by default a ledger needs few. */
const buffers = "16MB";

const database = await open().catch((error: unknown) => {
  tell({ id: 0, error: failureOf(error) });
  throw error;
});
port.on("message", (ask: Ask) => void answer(ask));
tell({ id: 0, rows: [] });

async function open(): Promise<PGlite> {
  if (folder === undefined) return PGlite.create();
  if (!existsSync(folder)) await make(folder);
  return PGlite.create(folder);
}

/** Made beside its place, so that one that was interrupted is not taken for whole. */
async function make(whole: string): Promise<void> {
  const scratch = `${whole}.new`;
  rmSync(scratch, { recursive: true, force: true });
  const made = await PGlite.create(scratch);
  // In force from its next start on.
  await made.query(`alter system set shared_buffers = '${buffers}'`);
  await made.close();
  renameSync(scratch, whole);
}

async function answer({ id, sql, parameters }: Ask): Promise<void> {
  try {
    if (sql === undefined) await database.close();
    else if (parameters === undefined) await database.exec(sql);
    else {
      const { rows } = await database.query<Record<string, unknown>>(sql, parameters);
      tell({ id, rows });
      return;
    }
    tell({ id, rows: [] });
  } catch (error) {
    tell({ id, error: failureOf(error) });
  }
}

function failureOf(error: unknown): { code?: string; message: string } {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return { ...(typeof code === "string" ? { code } : {}), message: String(message ?? error) };
}
