import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a program of Pulumi's in a process of its own, under mocks, as the stacks' program begins. */
function programOf(body: string, environment: NodeJS.ProcessEnv = {}) {
  const code = `
    import "./stacks/traces.ts";
    import * as pulumi from "@pulumi/pulumi";
    import debuggable from "@pulumi/pulumi/runtime/debuggable.js";
    class Thing extends pulumi.CustomResource {
      constructor(name, value) { super("test:index:Thing", name, { value }); }
    }
    await pulumi.runtime.setMocks({ newResource: ({ inputs }) => ({ id: "id", state: inputs }), call: () => ({}) });
    await pulumi.runtime.runInPulumiStack(async () => { ${body} });`;
  return spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
}

it("the SDK still tells of a resource that waits for what never comes", () => {
  const { status, stderr } = programOf(`new Thing("stuck", new Promise(() => undefined));`);
  expect(stderr).toContain(`"stuck" [test:index:Thing] was waiting for the value of its input property "value"`);
  expect(status).toBe(1);
});

it("an error of the program still says where it was thrown", () => {
  const { status, stderr } = programOf(`new Thing("fine", 1); (function place() { throw new Error("thrown"); })();`);
  expect(stderr).toMatch(/Error: thrown\n\s+at place /);
  expect(status).not.toBe(0);
});

it("promises have no stack trace of their own, except for whoever looks for one that leaks", () => {
  const body = `
    const promise = Promise.resolve();
    debuggable.debuggablePromise(promise, "of a test");
    console.log(promise._debugStackTrace.split("\\n").length);`;
  expect(Number(programOf(body).stdout)).toBe(1);
  expect(Number(programOf(body, { PULUMI_DEBUG_PROMISE_LEAKS: "true" }).stdout)).toBeGreaterThan(3);
});
