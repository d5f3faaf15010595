import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectDirectory } from "../../../tools/engine/index.ts";
import { PulumiProgram } from "../../support/pulumi-program.ts";

const parts = ["first", "second", "third"];
const children = 6;

let program: PulumiProgram;
beforeAll(async () => {
  program = await PulumiProgram.open();
  const region = pathToFileURL(join(projectDirectory, "infra", "region", "index.ts")).href;
  const folder = join(program.directory, "rendered");
  program.write(`
    import * as kubernetes from "@pulumi/kubernetes";
    import { placeOf, RegionComponent } from ${JSON.stringify(region)};
    const scope = {
      ...placeOf({ stack: "small", name: "site-a" }),
      kubernetes: new kubernetes.Provider("rendering", { renderYamlToDirectory: ${JSON.stringify(folder)} }),
    };
    class Part extends RegionComponent {
      constructor(name, opts) {
        super("hybrid-llm:test:Part", name, scope, {}, opts);
        for (let index = 0; index < ${children}; index++) {
          const name = this.named(String(index));
          new kubernetes.core.v1.ConfigMap(name, { metadata: { name, namespace: "default" } }, this.own());
        }
        this.registerOutputs({});
      }
    }
    let dependsOn = [];
    for (const name of ${JSON.stringify(parts)}) dependsOn = [new Part(name, { dependsOn })];
  `);
});
afterAll(() => program.remove());

/** Of each part in its turn: where the output tells of its children. */
const linesOf = (output: string, did: string) =>
  parts.map((part) =>
    output
      .split("\n")
      .flatMap((line, index) => (line.includes(`:ConfigMap ${part}-`) && line.includes(did) ? [index] : [])),
  );

describe("components of which one is after the other", () => {
  it("are created child after child in that order, and deleted in the other", async () => {
    const up = await program.up();
    const made = linesOf(up.output, "created");
    expect(
      made.map(({ length }) => length),
      up.output,
    ).toEqual(parts.map(() => children));
    expect(made.flat()).toEqual(made.flat().toSorted((a, b) => a - b));

    const destroy = await program.destroy();
    const gone = linesOf(destroy.output, "deleted").toReversed();
    expect(
      gone.map(({ length }) => length),
      destroy.output,
    ).toEqual(parts.map(() => children));
    expect(gone.flat()).toEqual(gone.flat().toSorted((a, b) => a - b));
  });
});
