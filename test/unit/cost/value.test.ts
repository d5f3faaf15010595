import proxy from "@pulumi/policy/proxy.js";
import { describe, expect, it } from "vitest";
import { isList, isValues, plainOf, plainProperties, unknownValue } from "../../../infra/cost/index.ts";

const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const { unknownCheckingProxy } = proxy as unknown as { unknownCheckingProxy(value: unknown): unknown };

describe("properties from a policy", () => {
  it("lose only what is unknown, although every read of it throws", () => {
    const props = unknownCheckingProxy({
      instanceTypes: ["m7g.large", unknownText],
      scalingConfig: { minSize: 1, maxSize: unknownText },
      nested: unknownText,
    });
    expect(plainOf(props)).toEqual({
      instanceTypes: ["m7g.large", unknownValue],
      scalingConfig: { minSize: 1, maxSize: unknownValue },
      nested: unknownValue,
    });
  });

  it("are told by the engine's every stand-in for an unknown", () => {
    const { unknownValues } = {
      unknownValues: Object.entries(proxy).filter(([name]) => /^unknown\w+Value$/.test(name)),
    };
    expect(unknownValues).toHaveLength(7);
    for (const [, value] of unknownValues) expect(plainOf(value)).toBe(unknownValue);
  });
});

describe("properties from elsewhere", () => {
  it("know outputs, secrets of a plan and functions not as values", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "x" };
    expect(plainProperties({ secret, call: () => 1, output: { __pulumiOutput: true }, nan: Number.NaN })).toEqual({
      secret: unknownValue,
      call: unknownValue,
      output: unknownValue,
      nan: unknownValue,
    });
  });

  it("survive what throws at every turn", () => {
    const hostile = new Proxy({}, { get: fail, ownKeys: fail, has: fail, getPrototypeOf: fail });
    expect(plainOf(hostile)).toBe(unknownValue);
    expect(plainProperties(hostile)).toEqual({});
    expect(isValues(plainOf({ a: 1 })) && isList(plainOf([1]))).toBe(true);
  });
});

function fail(): never {
  throw new Error("no");
}
