import { describe, test } from "vitest";
import { twoLives } from "../../integration/spending/two-lives.ts";
import { findPostgres, usePostgres } from "../../support/postgres.ts";

const programs = await findPostgres();

describe.skipIf(programs === undefined)("with a real PostgreSQL behind PgBouncer", () => {
  if (programs === undefined) return;
  const server = usePostgres(programs);
  test("ten thousand requests with faults, clients that leave and a killed router: each attempt once, at what it cost", () =>
    twoLives(
      { DATABASE_URL: server().url("postgres", "pooler") },
      { first: 6_000, killedAfter: 5_000, second: 5_000 },
    ));
});
