import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { thirdPartyNotices } from "../../../tools/image/notices.ts";

test("each package that went into a bundle is named once with its licence, scoped and nested ones too", () => {
  const project = mkdtempSync(join(tmpdir(), "hybrid-llm-notices-"));
  onTestFinished(() => rmSync(project, { recursive: true }));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  };
  write("node_modules/outer/package.json", '{ "name": "outer", "version": "1.0.0", "license": "MIT" }');
  write("node_modules/outer/LICENSE", "Be good.\n");
  write("node_modules/outer/NOTICE.txt", "By somebody.\n");
  write("node_modules/outer/node_modules/@a/inner/package.json", '{ "name": "@a/inner", "version": "2.0.0" }');
  write("node_modules/unused/package.json", '{ "name": "unused", "version": "3.0.0" }');

  expect(
    thirdPartyNotices(
      [
        "runtime/router/main.ts",
        "node_modules/outer/lib/two.js",
        "node_modules/outer/index.js",
        "node_modules/outer/node_modules/@a/inner/index.js",
      ],
      project,
    ),
  ).toBe(`@a/inner 2.0.0\n\n${"-".repeat(80)}\n\nouter 1.0.0 (MIT)\n\nBe good.\n\nBy somebody.\n`);
});
