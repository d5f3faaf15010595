import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { silent } from "../../../tools/engine/index.ts";
import { findKept, keep } from "../../../tools/parts/kept.ts";

let parent: string;
let directory: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "hybrid-llm-kept-"));
  directory = join(parent, "server", "v1");
  onTestFinished(() => rmSync(parent, { recursive: true }));
});

const make = async (scratch: string) => {
  writeFileSync(join(scratch, "program"), "program");
  return ["program"];
};

test("what was made is found, and not made again", async () => {
  expect(findKept(directory)).toBeUndefined();
  expect(await keep(directory, "it", silent, make)).toBe(directory);
  expect(findKept(directory)).toBe(directory);
  const again = keep(directory, "it", silent, () => Promise.reject(new Error("made twice")));
  expect(await again).toBe(directory);
});

test("two at once make it once", async () => {
  let made = 0;
  const counted = (scratch: string) => {
    made++;
    return make(scratch);
  };
  await Promise.all([keep(directory, "it", silent, counted), keep(directory, "it", silent, counted)]);
  expect(made).toBe(1);
});

test("one that fails leaves nothing", async () => {
  const failing = keep(directory, "it", silent, () => Promise.reject(new Error("no compiler")));
  await expect(failing).rejects.toThrow("no compiler");
  expect(readdirSync(join(parent, "server"))).toEqual([]);
});

test("a truncated file is seen, and made anew", async () => {
  await keep(directory, "it", silent, make);
  truncateSync(join(directory, "program"), 3);
  expect(findKept(directory)).toBeUndefined();
  await keep(directory, "it", silent, make);
  expect(findKept(directory)).toBe(directory);
});

test("what a killed one had begun is removed", async () => {
  mkdirSync(`${directory}-begun`, { recursive: true });
  await keep(directory, "it", silent, make);
  expect(existsSync(`${directory}-begun`)).toBe(false);
});
