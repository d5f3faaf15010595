import { describe, test } from "vitest";
import { findPostgres, usePostgres } from "../../support/postgres.ts";
import { twoLives } from "./two-lives.ts";

const programs = await findPostgres();
/** `test/parts/ledger` does the same with ten thousand. */
const lives = { first: 1_000, killedAfter: 600, second: 600 };

test("every attempt is in the embedded ledger once, at what it cost, though a router was killed", () =>
  twoLives({}, lives));

describe.skipIf(programs === undefined)("with a real PostgreSQL behind PgBouncer", () => {
  if (programs === undefined) return;
  const server = usePostgres(programs);
  test("every attempt is in the ledger once, at what it cost, though a router was killed", () =>
    twoLives({ DATABASE_URL: server().url("postgres", "pooler") }, lives));
});
