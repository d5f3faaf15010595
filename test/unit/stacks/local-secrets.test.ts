import { expect, it } from "vitest";
import { secretsOf } from "../../../stacks/local/backends.ts";

const around = { withKey: ["openai", "gemini"] } as const;
const environment = { OPENAI_API_KEY: "one", GEMINI_API_KEY: "two" };

it("what the router reads from its file is not handed over beside it, and counts as a change where it is another", () => {
  const bare = secretsOf(around, environment);
  expect(bare.names).toEqual(["OPENAI_API_KEY", "GEMINI_API_KEY"]);
  const file = { GEMINI_API_KEY: "two", REDIS_URL: "redis://a" };
  const filed = secretsOf(around, environment, file);
  expect(filed.names).toEqual(["OPENAI_API_KEY"]);
  expect(secretsOf(around, environment, Object.fromEntries(Object.entries(file).reverse()))).toEqual(filed);
  const versions = [bare, filed, secretsOf(around, environment, { ...file, REDIS_URL: "redis://b" })];
  expect(new Set(versions.map(({ version }) => version)).size).toBe(3);
  for (const { version } of versions) expect(version).toMatch(/^[0-9a-f]{16}$/);
});
