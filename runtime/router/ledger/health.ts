import type { Database } from "./database/database.ts";

/** How the ledger is; shown on /health and to whoever decides whether paid models may be asked. */
export interface LedgerHealth {
  /** Whether one more paid attempt can be written down; where not it must not be made. */
  readonly writable: boolean;
  readonly database: {
    readonly kind: Database["kind"];
    /** Its files; undefined where it is a server, or in memory. */
    readonly folder: string | undefined;
    /** Why rows wait; undefined where they don't. */
    readonly problem: string | undefined;
  };
  readonly journal: {
    /** Undefined where everything is in memory. */
    readonly folder: string | undefined;
    /** Why it takes no records: `full`, or the system's code such as ENOSPC. */
    readonly problem: string | undefined;
    readonly bytes: number;
    /** Records that only memory has. */
    readonly inMemory: number;
  };
  readonly openAttempts: number;
  /** Since this process began. */
  readonly counts: LedgerCounts;
}

export interface LedgerCounts {
  /** Rows that the database got from here. */
  readonly shipped: number;
  /** Rows that were dropped because neither disk nor memory had room. */
  readonly lost: number;
  /** Lines kept aside because they can't be read. */
  readonly corrupt: number;
  /** Rows kept aside because no database takes them. */
  readonly rejected: number;
  /** Journals of dead routers that were taken over. */
  readonly recovered: number;
  /** Attempts of dead routers that were settled at what had been reserved. */
  readonly abandoned: number;
  /** Last lines of dead routers that had been written in part. */
  readonly torn: number;
}
