export type Row = Readonly<Record<string, unknown>>;

export interface Queries {
  /** One statement with its parameters; text, numbers, and arrays of text. */
  query(sql: string, parameters?: readonly (string | number | readonly string[])[]): Promise<readonly Row[]>;
  /** Several statements without parameters. */
  script(sql: string): Promise<void>;
}

/** A PostgreSQL, embedded or not; the same SQL runs on each. */
export interface Database extends Queries {
  readonly kind: "postgresql" | "embedded";
  /** All or nothing. No state of the session outlives it: a pooler may give the next one another connection. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** It has ended by itself, and another must be opened. */
  readonly broken?: boolean;
  close(): Promise<void>;
}

/** The database can't be asked now; what was asked may be asked again. */
export class DatabaseUnavailable extends Error {
  override readonly name = "DatabaseUnavailable";
}

/** The database refused a statement. */
export class StatementRefused extends Error {
  override readonly name = "StatementRefused";
  /** Its SQLSTATE. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }

  /** The fault is in the data: it would be refused again. */
  get forGood(): boolean {
    return this.code.startsWith("22") || this.code.startsWith("23");
  }
}

/** SQLSTATE classes by which a server says that it is going, not there yet, or has no room: not the statement's fault. */
const passing = new Set(["08", "53", "55", "57", "58", "40", "25"]);

/** Sorts an error of a driver by what it means for whoever asked. */
export function sorted(error: unknown): Error {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const text = typeof message === "string" ? message : String(error);
  // A system's error (EPIPE) is no SQLSTATE: each of those has a digit.
  if (typeof code !== "string" || !/^(?=.*\d)[0-9A-Z]{5}$/.test(code)) return new DatabaseUnavailable(text);
  if (passing.has(code.slice(0, 2))) return new DatabaseUnavailable(`${text} (${code})`);
  return new StatementRefused(code, text);
}
