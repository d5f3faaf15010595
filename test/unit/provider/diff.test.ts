import { describe, expect, test } from "vitest";
import { structuralDiff } from "../../../tools/provider/index.ts";
import { Secret, unknown } from "../../../tools/provider/values.ts";

const paths = (...args: Parameters<typeof structuralDiff>) =>
  structuralDiff(...args).changes.map(({ path, kind, replace }) => `${kind}${replace ? "!" : ""} ${path}`);

describe("structural diff", () => {
  test("each difference has its own path and kind", () => {
    const olds = { a: 1, gone: "x", list: ["a", "b"], deep: { "odd key": 1, same: true } };
    const news = { a: 2, fresh: "y", list: ["a", "c", "d"], deep: { "odd key": 2, same: true } };
    expect(paths(olds, news)).toEqual([
      "update a",
      "delete gone",
      "update list[1]",
      "add list[2]",
      'update deep["odd key"]',
      "add fresh",
    ]);
  });

  test("an unknown new value is a change, secretness and null are none", () => {
    expect(paths({ a: 1, b: new Secret("s"), c: null }, { a: unknown, b: "s" })).toEqual(["update a"]);
    expect(paths({}, { a: unknown })).toEqual(["add a"]);
  });

  test("a replacing path counts beneath it, in a changed parent, and through a wildcard", () => {
    const rules = { replaceOn: ["spec.selector", "containers[*].name"] };
    expect(paths({ spec: { selector: { a: 1 } } }, { spec: { selector: { a: 2 } } }, rules)).toEqual([
      "update! spec.selector.a",
    ]);
    expect(paths({ spec: { selector: 1, x: 1 } }, { spec: unknown }, rules)).toEqual(["update! spec"]);
    expect(paths({ containers: [{ name: "a", v: 1 }] }, { containers: [{ name: "b", v: 2 }] }, rules)).toEqual([
      "update! containers[0].name",
      "update containers[0].v",
    ]);
  });

  test("a default written out, or taken away, is no change", () => {
    const rules = { defaults: { bits: 2048, tags: ["a"] } };
    expect(paths({}, { bits: 2048, tags: ["a"] }, rules)).toEqual([]);
    expect(paths({ bits: new Secret(2048) }, {}, rules)).toEqual([]);
    expect(paths({}, { bits: 4096 }, rules)).toEqual(["add bits"]);
    expect(paths({ bits: 2048 }, { bits: unknown }, rules)).toEqual(["update bits"]);
  });

  test("all but some replace; what is ignored is no change; a bridge's own notes are none", () => {
    const rules = { replaceOn: { allExcept: ["early"] }, ignore: ["wo"] };
    expect(paths({ early: 1, name: "a", wo: 1, __defaults: [] }, { early: 2, name: "b", wo: 2 }, rules)).toEqual([
      "update early",
      "update! name",
    ]);
  });
});
