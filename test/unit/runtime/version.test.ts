import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { version } from "../../../runtime/version.ts";

test("the router says the version that package.json has", () => {
  const manifest = new URL("../../../package.json", import.meta.url);
  expect(version).toBe((JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version);
});
