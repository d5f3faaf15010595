import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { projectDirectory } from "../../../tools/engine/index.ts";
import { Clone, type Result } from "../../support/clone.ts";

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly "continue-on-error"?: boolean;
}

/** What GitHub would fill in. */
const given: Readonly<Record<string, string>> = {
  "matrix.stack": "cluster",
  "github.base_ref": "main",
  "github.token": "a-token",
  "github.event.pull_request.number": "7",
};
const filled = (env: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      value.replace(/\$\{\{ (.+?) \}\}/g, (_, key) => given[key] ?? ""),
    ]),
  );

/** Notes down what it is asked, and knows no comment yet. */
const gh = `#!/bin/sh
printf '%s\\n' "$*" >> "$ASKED"
case "$*" in *"body=@"*) cp "\${*##*body=@}" "$ASKED.body";; esac
`;

let clone: Clone;
let runner: string;
const results = new Map<string, Result>();
const inRunner = (file: string) => join(runner, file);

beforeAll(async () => {
  clone = new Clone();
  runner = mkdtempSync(join(tmpdir(), "hybrid-llm-runner-"));
  await clone.run("git", ["update-ref", "refs/remotes/origin/main", "HEAD"]);
  installed(clone.directory);
  // What the pull request changes.
  clone.write("Pulumi.cluster.yaml", `${clone.read("Pulumi.cluster.yaml")}    chaos: { enabled: true }\n`);
  mkdirSync(inRunner("bin"));
  writeFileSync(inRunner("bin/gh"), gh);
  chmodSync(inRunner("bin/gh"), 0o755);
  const workflow = parse(readFileSync(join(projectDirectory, ".github/workflows/preview.yml"), "utf8"));
  const job = workflow.jobs.preview as { readonly steps: readonly Step[]; readonly env: Record<string, string> };
  for (const step of job.steps) {
    if (step.run === undefined) continue;
    // As a runner starts them.
    const result = await clone.run("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run], {
      ...filled({ ...job.env, ...step.env }),
      PATH: `${inRunner("bin")}:${process.env.PATH}`,
      RUNNER_TEMP: runner,
      GITHUB_STEP_SUMMARY: inRunner("summary.md"),
      GITHUB_REPOSITORY: "somebody/hybrid-llm",
      ASKED: inRunner("asked"),
    });
    results.set(step.name ?? step.run, result);
    if (existsSync(inRunner("base")) && !existsSync(inRunner("base/node_modules"))) installed(inRunner("base"));
  }
}, 600_000);
afterAll(() => {
  clone?.remove();
  if (runner) rmSync(runner, { recursive: true, force: true });
});

/** The packages are those of this checkout: what is tested here isn't npm. */
function installed(directory: string): void {
  symlinkSync(join(projectDirectory, "node_modules"), join(directory, "node_modules"));
}

describe("the preview of a pull request, as its workflow runs it", () => {
  it("runs each of its steps to a good end", () => {
    expect(results.size).toBeGreaterThan(3);
    for (const [step, { code, stdout, stderr }] of results) expect(code, `${step}\n${stdout}\n${stderr}`).toBe(0);
  });

  it("says what the pull request changes against its base, and nothing else", () => {
    const comment = readFileSync(inRunner("comment.md"), "utf8");
    expect(comment).toMatch(/\*\*Plan:\*\* \+\d+ ~2 of \d+ resources/);
    expect(comment).toContain("main-chaos");
    expect(comment).not.toContain("main-data-operator");
    expect(readFileSync(inRunner("summary.md"), "utf8")).toBe(comment);
  });

  it("looks for the last comment, and writes one where there is none", () => {
    const asked = readFileSync(inRunner("asked"), "utf8").split("\n");
    expect(asked[0]).toContain("repos/somebody/hybrid-llm/issues/7/comments --paginate");
    expect(asked[1]).toContain("--method POST repos/somebody/hybrid-llm/issues/7/comments");
    expect(readFileSync(inRunner("asked.body"), "utf8")).toBe(readFileSync(inRunner("comment.md"), "utf8"));
  });

  it("leaves the checkout as it was", () => {
    const changed = clone.changes().split("\n").filter(Boolean);
    expect(changed.filter((line) => !line.endsWith(" node_modules"))).toEqual([" M Pulumi.cluster.yaml"]);
  });
});
