import { sql as attempts } from "./0001-attempts.ts";
import { sql as access } from "./0002-access.ts";

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** In order, and only ever added to: what has run somewhere is never changed. */
export const migrations: readonly Migration[] = [
  { number: 1, name: "attempts", sql: attempts },
  { number: 2, name: "access", sql: access },
];
