import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { projectDirectory } from "../../../tools/engine/index.ts";
import { lastingNode } from "../../../tools/machine/lasting-node.ts";

let cache: string;
let own: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "hybrid-llm-node-"));
  own = join(projectDirectory, ".pulumi", `node-${process.pid}`);
  mkdirSync(join(projectDirectory, ".pulumi"), { recursive: true });
  writeFileSync(own, "a node");
});
afterEach(() => {
  rmSync(cache, { recursive: true, force: true });
  rmSync(own, { force: true });
});

it("a Node of the machine is used as it is", () => {
  expect(lastingNode("/usr/bin/node", cache)).toBe("/usr/bin/node");
});

it("the checkout's own Node is used from a copy that outlives the checkout", () => {
  const lasting = lastingNode(own, cache);
  expect(lasting.startsWith(cache)).toBe(true);
  rmSync(own);
  expect(readFileSync(lasting, "utf8")).toBe("a node");
});

it("a copy that was cut short is made again", () => {
  const lasting = lastingNode(own, cache);
  rmSync(lasting);
  writeFileSync(lasting, "a node");
  truncateSync(lasting, 2);
  expect(readFileSync(lastingNode(own, cache), "utf8")).toBe("a node");
});
