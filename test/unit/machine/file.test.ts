import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { file } from "../../../tools/machine/file.ts";
import { type PropertyMap, secret, structuralDiff, unknown } from "../../../tools/provider/index.ts";
import { contextOf } from "../../integration/supervisor/context.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hl-file-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const inputsOf = (given: object) => {
  const parsed = file.inputs?.safeParse(given);
  if (!parsed?.success) throw new Error(parsed?.error.issues.map(({ message }) => message).join());
  return parsed.data;
};
const create = (given: object) => file.create(inputsOf(given), contextOf());
const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);

async function driftOf(state: object, given: object): Promise<string[]> {
  const inputs = inputsOf(given) as unknown as PropertyMap;
  const structural = structuralDiff(inputs, inputs, file);
  const change = { id: "x", oldInputs: inputs, newInputs: inputs, oldState: state as PropertyMap, structural };
  return (await file.diff?.(change, contextOf()))?.changes.map(({ path }) => path) ?? [];
}

describe("a file", () => {
  it("is written closed to others, in folders that are made for it and go with it", async () => {
    const path = join(folder, "a", "b", "key");
    const { id, state } = await create({ path, content: "secret" });
    expect(readFileSync(path, "utf8")).toBe("secret");
    expect([modeOf(path), modeOf(join(folder, "a"))]).toEqual(["600", "700"]);
    expect(await driftOf(state, { path, content: "secret" })).toEqual([]);
    await file.delete?.(id, state, contextOf());
    expect(readdirSync(folder)).toEqual([]);
    await file.delete?.(id, state, contextOf());
  });

  it("leaves a made folder to the last one in it, in whatever order they go", async () => {
    const one = await create({ path: join(folder, "new", "one"), content: "1" });
    const two = await create({ path: join(folder, "new", "sub", "two"), content: "2" });
    await file.delete?.(one.id, one.state, contextOf());
    expect(existsSync(two.state.path)).toBe(true);
    await file.delete?.(two.id, two.state, contextOf());
    expect(readdirSync(folder)).toEqual([]);
  });

  it("never removes a folder that was there before", async () => {
    mkdirSync(join(folder, "theirs"));
    const { id, state } = await create({ path: join(folder, "theirs", "x"), content: "x" });
    await file.delete?.(id, state, contextOf());
    expect(readdirSync(folder)).toEqual(["theirs"]);
  });

  it("is not written over another's, and is taken over where it is equal", async () => {
    const path = join(folder, "x");
    writeFileSync(path, "theirs", { mode: 0o644 });
    await expect(create({ path, content: "ours" })).rejects.toThrow(
      `${path} is there already and holds something else`,
    );
    expect(readFileSync(path, "utf8")).toBe("theirs");
    await create({ path, content: "theirs" });
    expect(modeOf(path)).toBe("600");
    const link = join(folder, "link");
    symlinkSync(path, link);
    await expect(create({ path: link, content: "theirs" })).rejects.toThrow("is there already");
  });

  it("that was changed, removed or opened to others is noticed, and restored by an update", async () => {
    const path = join(folder, "x");
    const given = { path, content: "right" };
    const { id, state } = await create(given);
    const restore = () => file.update?.(id, inputsOf(given), { inputs: inputsOf(given), state }, contextOf());

    writeFileSync(path, "wrong");
    expect(await driftOf(state, given)).toEqual(["sha256"]);
    const warnings: string[] = [];
    const seen = await file.read?.(id, state, given, contextOf(warnings));
    expect(seen?.state.sha256).not.toBe(state.sha256);
    expect(warnings.join()).toContain("was changed since Pulumi wrote it");
    // After a refresh the state holds what was seen; the wanted content is what counts.
    expect(await driftOf(seen?.state ?? {}, given)).toEqual(["sha256"]);
    expect(await restore()).toEqual(state);
    expect(readFileSync(path, "utf8")).toBe("right");

    chmodSync(path, 0o644);
    expect(await driftOf(state, given)).toEqual(["mode"]);
    await restore();
    expect(modeOf(path)).toBe("600");

    rmSync(path);
    expect(await driftOf(state, given)).toEqual(["sha256"]);
    expect(await file.read?.(id, state, given, contextOf())).toBeUndefined();
  });

  it("explains what it can't write, and leaves nothing", async () => {
    writeFileSync(join(folder, "plain"), "");
    const inside = join(folder, "plain", "x");
    await expect(create({ path: inside, content: "x" })).rejects.toThrow(
      /can't be written.*a part of the path is a file/,
    );
    expect(readdirSync(folder)).toEqual(["plain"]);
  });

  it("checks its arguments", () => {
    expect(() => inputsOf({ path: "relative", content: "" })).toThrow('"relative" is not an absolute path');
    expect(() => inputsOf({ path: "/x", content: "", mode: "rw" })).toThrow('"rw" is no file mode; 0600 is one');
    expect(inputsOf({ path: "/x", content: "", mode: "644" }).mode).toBe("0644");
  });

  it("plans its hash where the content is known", async () => {
    const context = { ...contextOf(), state: undefined };
    const known = await file.planned?.({ path: "/x", mode: "0600", content: secret("abc") }, context);
    expect(known?.sha256).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect((await file.planned?.({ path: "/x", mode: "0600", content: unknown }, context))?.sha256).toBe(unknown);
  });
});
