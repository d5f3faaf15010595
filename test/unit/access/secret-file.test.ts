import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { openSecret } from "../../../runtime/router/secrets.ts";

/** A secret in a file, and a clock that goes on by itself whenever the file is written. */
function secretFile() {
  const folder = mkdtempSync(join(tmpdir(), "secret-test-"));
  let now = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now);
  onTestFinished(() => {
    clock.mockRestore();
    rmSync(folder, { recursive: true, force: true });
  });
  const write = (text: string) => writeFileSync(join(folder, "key"), text);
  write("first-key");
  const secret = openSecret({ file: "key" }, {}, folder);
  expect(secret.read()).toBe("first-key");
  return { secret, write, later: () => (now += 6_000) };
}

test("a file that changes is read again after some seconds, and at once where that is wanted", () => {
  const { secret, write, later } = secretFile();
  write("second-key");
  expect(secret.read()).toBe("first-key");
  expect(secret.look()).toBe("second-key");
  expect(secret.read()).toBe("first-key");
  secret.use("second-key");
  expect(secret.read()).toBe("second-key");
  write("third-key");
  later();
  expect(secret.read()).toBe("third-key");
});

test("what was refused is not taken, whether or not it had been already, until there is something else", () => {
  const { secret, write, later } = secretFile();
  write("wrong-key");
  later();
  expect(secret.read()).toBe("wrong-key");
  secret.refuse("wrong-key");
  for (let times = 0; times < 3; times++) {
    later();
    expect(secret.read()).toBe("first-key");
  }
  write("wrong-again");
  secret.refuse("wrong-again");
  later();
  expect(secret.read()).toBe("first-key");
  write("right-key");
  later();
  expect(secret.read()).toBe("right-key");
});

test("who knows that a file is new need not wait, and what was refused stays so", () => {
  const { secret, write } = secretFile();
  write("wrong-key");
  secret.refuse("wrong-key");
  secret.again();
  expect(secret.read()).toBe("first-key");
  write("right-key");
  expect(secret.read()).toBe("first-key");
  secret.again();
  expect(secret.read()).toBe("right-key");
});

test("a secret in the environment stays what it is", () => {
  const secret = openSecret({ env: "KEY" }, { KEY: "given-key" }, ".");
  secret.use("other-key");
  secret.refuse("given-key");
  expect([secret.read(), secret.fixed]).toEqual(["given-key", true]);
});
