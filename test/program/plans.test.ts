import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { goldenStacks, goldensOf, lossesOf, type Recorded } from "../../tools/goldens/index.ts";
import { planHere } from "../../tools/goldens/plan.ts";

const folder = join("test", "program", "plans");
const recorded = readdirSync(join(folder, "recorded"));

describe.each(goldenStacks)("the plan of %s", (stack) => {
  let here: Awaited<ReturnType<typeof planHere>>;
  beforeAll(async () => {
    here = await planHere(stack);
  });

  it("is the one that was reviewed, and holds no key or certificate", () => {
    const { plan, config } = here;
    for (const [file, text] of goldensOf(plan, stack, config)) {
      expect(text, "run npm run goldens").toBe(readFileSync(join(folder, file), "utf8"));
      expect(text).not.toContain("-----BEGIN");
    }
  });

  it.each(recorded.filter((file) => file.startsWith(`${stack}.`)))(
    "takes nothing from a stack that was deployed as %s: no data, key or network",
    async (file) => {
      const before = JSON.parse(String(gunzipSync(readFileSync(join(folder, "recorded", file))))) as Recorded;
      expect(Object.keys(before).length).toBeGreaterThan(0);
      expect(await lossesOf(before, here.plan)).toEqual([]);
    },
  );
});
