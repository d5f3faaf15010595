/** What the embedded database's thread is asked; without `sql` it closes. */
export interface Ask {
  readonly id: number;
  readonly sql?: string;
  /** Absent for several statements at once. */
  readonly parameters?: (string | number | readonly string[])[];
}

/** Its answer; 0 is the id of its start. */
export type Told =
  | { readonly id: number; readonly rows: readonly Record<string, unknown>[]; readonly error?: undefined }
  | { readonly id: number; readonly error: { readonly code?: string; readonly message: string } };
