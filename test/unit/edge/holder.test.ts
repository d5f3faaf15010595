import { expect, test } from "vitest";
import { issueKey } from "../../../runtime/config/index.ts";
import { utf8 } from "../../../runtime/edge/bytes.ts";
import { Holder } from "../../../runtime/edge/holder.ts";

const [one, other] = [issueKey().key, issueKey().key];

test("names are the same for the same holder and question, and tell nothing to anybody else", async () => {
  const name = async (key: string, told: (string | null)[], body: string) =>
    (await Holder.of(key)).name(told, utf8(body));
  const first = await name(one, ["a", null], "body");
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(await name(one, ["a", null], "body")).toBe(first);
  const others = [
    await name(other, ["a", null], "body"),
    await name(one, ["a", ""], "body"),
    await name(one, ["a"], "body"),
    await name(one, ["a", null], "body "),
    await name(one, ["a", "null"], "body"),
  ];
  expect(new Set([first, ...others]).size).toBe(others.length + 1);
});

test("what is sealed is opened by its holder under its name, whole, and else not", async () => {
  const [holder, stranger] = [await Holder.of(one), await Holder.of(other)];
  const sealed = await holder.seal("name", utf8("an answer"));
  expect(Buffer.from(sealed).includes("answer")).toBe(false);
  expect(await holder.seal("name", utf8("an answer"))).not.toEqual(sealed);
  expect(await (await Holder.of(one)).open("name", sealed)).toEqual(utf8("an answer"));
  await expect(stranger.open("name", sealed)).rejects.toThrow();
  await expect(holder.open("another", sealed)).rejects.toThrow();
  const changed = Uint8Array.from(sealed);
  changed[20] = (changed[20] ?? 0) ^ 1;
  await expect(holder.open("name", changed)).rejects.toThrow();
});
