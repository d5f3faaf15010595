import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectDirectory } from "../../../tools/engine/index.ts";
import { finish, type Result } from "../../support/clone.ts";

/** As a person calls it: nothing of this test's own runner reaches the one that it starts. */
function mutate(...files: string[]): Promise<Result> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(?:VITEST|VITE_|TEST$|NODE_ENV$|NODE_OPTIONS$)/.test(name),
  );
  const child = spawn(process.execPath, [join(projectDirectory, "tools", "commands", "mutate.ts"), ...files], {
    cwd: projectDirectory,
    env: Object.fromEntries(own),
    stdio: ["ignore", "pipe", "pipe"],
  });
  return finish(child);
}

it("a guard that no test misses is told with its place, and ends the command with 1", async () => {
  const { code, stdout } = await mutate("policies/build.ts:48-49");
  expect(stdout).toMatch(/policies\/build\.ts:48:/);
  expect(code).toBe(1);
});

it("one that a test misses is nothing to tell", async () => {
  const { code, stdout } = await mutate("policies/budget/usage-declared.ts");
  expect(stdout).not.toContain("[Survived]");
  expect(code).toBe(0);
});
