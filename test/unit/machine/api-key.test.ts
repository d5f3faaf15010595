import { describe, expect, it } from "vitest";
import { hashKey, keyIdOf } from "../../../runtime/config/index.ts";
import { apiKey } from "../../../tools/machine/api-key.ts";
import { structuralDiff } from "../../../tools/provider/index.ts";
import { contextOf } from "../../integration/supervisor/context.ts";

describe("an API key", () => {
  it("is one that the router knows, and the key itself is secret", async () => {
    const { id, state } = await apiKey.create({ tenant: "a", generation: 1 }, contextOf());
    expect(state).toMatchObject({ tenant: "a", generation: 1, keyId: id });
    expect(keyIdOf(state.key)).toBe(id);
    expect(state.sha256).toBe(hashKey(state.key));
    expect(apiKey.secretOutputs).toContain("key");
  });

  it("is kept when its notes change, and replaced by another generation", async () => {
    const before = { tenant: "a", generation: 1 };
    const { id, state } = await apiKey.create(before, contextOf());
    const after = await apiKey.update?.(id, { ...before, tenant: "b" }, { inputs: before, state }, contextOf());
    expect(after).toEqual({ ...state, tenant: "b" });
    expect(structuralDiff(before, { ...before, generation: 2 }, apiKey).changes).toEqual([
      { path: "generation", kind: "update", replace: true },
    ]);
    expect(apiKey.inputs?.safeParse({ generation: 0 }).success).toBe(false);
  });
});
