import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { extract } from "tar";
import { expect, onTestFinished, test, vi } from "vitest";
import { type ArchivedFile, archive, writeArchive } from "../../../tools/image/archive.ts";

const file = (path: string, text: string, mode?: 0o755): ArchivedFile => ({
  path,
  read: () => Buffer.from(text),
  ...(mode === undefined ? {} : { mode }),
});

const files = [file("usr/bin/node", "node", 0o755), file("app/router.mjs", "router"), file("app/empty", "")];

test("the same files make the same bytes, in whatever order and whenever", () => {
  vi.useFakeTimers({ now: new Date("2031-01-01") });
  onTestFinished(() => void vi.useRealTimers());
  const one = Buffer.concat([...archive(files)]);
  vi.setSystemTime(new Date("2040-01-01"));
  expect(Buffer.concat([...archive(files.toReversed())]).equals(one)).toBe(true);
  // Whoever makes it: nothing of this machine, its clock and its user may be in it.
  expect(createHash("sha256").update(one).digest("hex")).toMatchInlineSnapshot(
    `"625d845275a912a84be05d5c84bde356825150073b47fa42eb9f0c8c61a54be2"`,
  );
});

test("a content, a path and a mode that differ make other bytes", () => {
  const of = (...given: ArchivedFile[]) => Buffer.concat([...archive(given)]);
  const one = of(file("app/a", "text"));
  for (const other of [file("app/a", "texT"), file("app/b", "text"), file("app/a", "text", 0o755)]) {
    expect(of(other).equals(one)).toBe(false);
  }
});

test("what is unpacked is what was packed, readable by everybody and of root", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hybrid-llm-archive-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const tar = join(folder, "files.tar");
  await writeArchive(tar, files);
  const owners: unknown[] = [];
  await extract({
    file: tar,
    cwd: folder,
    onReadEntry: ({ uid, gid, mtime }) => void owners.push([uid, gid, mtime?.getTime()]),
  });
  expect(readFileSync(join(folder, "app", "router.mjs"), "utf8")).toBe("router");
  expect(readFileSync(join(folder, "app", "empty"), "utf8")).toBe("");
  expect(statSync(join(folder, "usr", "bin", "node")).mode & 0o777).toBe(0o755);
  expect(statSync(join(folder, "app", "router.mjs")).mode & 0o777).toBe(0o644);
  expect(new Set(owners.map((owner) => JSON.stringify(owner)))).toEqual(new Set(["[0,0,0]"]));
});

test("a path that a plain tar can't hold is refused", () => {
  expect(() => [...archive([file(`app/${"x".repeat(300)}`, "")])]).toThrow("is too long a path");
});
