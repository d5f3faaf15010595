import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backendReferences, servingVersions } from "../../../infra/router/index.ts";

const listed = ["blue", "green", "old"];

describe("a roll-out", () => {
  it("sends everything to the stable version where there is no candidate", () => {
    expect(backendReferences({ stable: "blue" }, listed, 8443)).toEqual([
      { name: "router-blue", port: 8443, weight: 100 },
    ]);
  });

  it("shares out between the two, and is taken back by one value", () => {
    const rollout = { stable: "blue", candidate: "green" };
    const weights = (weight: number) =>
      backendReferences({ ...rollout, weight }, listed, 8080).map((reference) => [reference.name, reference.weight]);
    expect(weights(10)).toEqual([
      ["router-blue", 90],
      ["router-green", 10],
    ]);
    expect(weights(0)).toEqual([
      ["router-blue", 100],
      ["router-green", 0],
    ]);
  });

  it("always shares out all requests, among versions that are listed", () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(
        names,
        fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
        fc.boolean(),
        (versions, weight, both) => {
          const [stable = "", candidate = ""] = versions;
          const rollout = both ? { stable, candidate, weight } : { stable };
          const references = backendReferences(rollout, versions, 8443);
          expect(references.reduce((sum, reference) => sum + reference.weight, 0)).toBe(100);
          expect(references.every(({ weight: share }) => Number.isInteger(share) && share >= 0)).toBe(true);
          expect(references.map(({ name }) => name)).toEqual(
            servingVersions(rollout, versions).map((version) => `router-${version}`),
          );
          expect(references.every(({ name }) => versions.includes(name.slice("router-".length)))).toBe(true);
        },
      ),
    );
  });

  it.each([
    [{ stable: "red" }, "router.rollout: red is not listed; allowed: blue, green, old"],
    [{ stable: "blue", candidate: "red", weight: 5 }, "router.rollout: red is not listed; allowed: blue, green, old"],
    [{ stable: "blue", candidate: "blue", weight: 5 }, "router.rollout.candidate: blue is the stable version already"],
    [
      { stable: "blue", candidate: "green", weight: 120 },
      "router.rollout.weight: 120; allowed is a whole number from 0 to 100",
    ],
    [
      { stable: "blue", candidate: "green", weight: 0.5 },
      "router.rollout.weight: 0.5; allowed is a whole number from 0 to 100",
    ],
  ])("refuses %j", (rollout, message) => {
    expect(() => backendReferences(rollout, listed, 8443)).toThrow(new RangeError(message));
  });
});
