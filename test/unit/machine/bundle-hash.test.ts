import { expect, test } from "vitest";
import { bundleHash } from "../../../infra/machine/bundle-hash.ts";

const bytes = (text: string) => Buffer.from(text);
const program = bytes("program");
const files = [["a.wasm", bytes("1")] as const, ["b.mjs", bytes("2")] as const];

test("a bundle's hash is the same in whatever order its files are named", () => {
  expect(bundleHash(program, new Map(files))).toBe(bundleHash(program, new Map(files.toReversed())));
});

test("it is another one where a file beside the program changes, is missing or has another name", () => {
  const hashes = [
    bundleHash(program),
    bundleHash(bytes("another"), new Map(files)),
    bundleHash(program, new Map(files)),
    bundleHash(program, new Map(files.slice(1))),
    bundleHash(program, new Map([["a.wasm", bytes("3")], ...files.slice(1)])),
    bundleHash(program, new Map([["c.wasm", bytes("1")], ...files.slice(1)])),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});
