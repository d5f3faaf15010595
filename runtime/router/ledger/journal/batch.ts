/** Rows on their way to the database. */
export interface Batch {
  /** As JSON, by `encodeRow`. */
  readonly rows: readonly string[];
  /** The database has them: they are not given again. */
  done(): Promise<void> | void;
}
