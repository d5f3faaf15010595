import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { summarise } from "../../../tools/bench/compare/profile.ts";

test("the time of a bundle is told by module and by function, without the idle time", () => {
  const folder = mkdtempSync(join(tmpdir(), "profile-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const bundle = join(folder, "router.mjs");
  writeFileSync(
    bundle,
    "// node_modules/undici/lib/pool.js\nfunction dispatch() {}\n\n// runtime/router/pipeline.ts\nanswer();\n",
  );
  const url = pathToFileURL(bundle).href;
  const profile = {
    nodes: [
      { id: 1, callFrame: { functionName: "(idle)", url: "", lineNumber: -1 } },
      { id: 2, callFrame: { functionName: "dispatch", url, lineNumber: 1 } },
      { id: 3, callFrame: { functionName: "answer", url, lineNumber: 4 } },
    ],
    samples: [1, 2, 3, 3, 1],
    timeDeltas: [1000, 100, 200, 100, 5000],
  };
  const file = join(folder, "router.cpuprofile");
  writeFileSync(file, JSON.stringify(profile));
  const lines = summarise(file).split("\n");
  expect(lines.map((line) => line.replace(/ {2,}/g, "  "))).toEqual([
    "Module  own time",
    "runtime/router/pipeline.ts  75.0 %",
    "undici  25.0 %",
    "",
    "Function, module, @line of the script  own time",
    "answer  runtime/router/pipeline.ts  @5  75.0 %",
    "dispatch  node_modules/undici/lib/pool.js  @2  25.0 %",
  ]);
});
