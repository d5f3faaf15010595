import { execFileSync, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { knownStacks } from "../../../tools/commands/stack.ts";
import { projectDirectory } from "../../../tools/engine/index.ts";

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly steps: readonly Step[];
  readonly env?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: { readonly stack: readonly string[] } };
  readonly environment?: string;
}
interface Workflow {
  readonly on: unknown;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}
interface GitlabJob {
  readonly script?: readonly string[];
  readonly parallel?: { readonly matrix: readonly { readonly STACK: readonly string[] }[] };
}

const read = (file: string): string => readFileSync(join(projectDirectory, file), "utf8");
const folder = ".github/workflows";
const workflows = readdirSync(join(projectDirectory, folder)).map(
  (file) => [file, parse(read(join(folder, file))) as Workflow] as const,
);
const gitlab = parse(read("docs/gitlab-ci.example.yml")) as Record<string, GitlabJob>;
const github = workflows.flatMap(([file, { jobs }]) =>
  Object.values(jobs).flatMap(({ steps, env }) =>
    steps.flatMap((step) => (step.run === undefined ? [] : [[file, step.run, { ...env, ...step.env }] as const])),
  ),
);
const scripts: readonly (readonly [string, string])[] = [
  ...github.map(([file, run]) => [file, run] as const),
  ...Object.entries(gitlab).flatMap(([job, { script = [] }]) => script.map((line) => [`gitlab ${job}`, line] as const)),
];
const stacks = [
  ...workflows.flatMap(([, { jobs }]) => Object.values(jobs).flatMap(({ strategy }) => strategy?.matrix.stack ?? [])),
  ...Object.values(gitlab).flatMap(({ parallel }) => parallel?.matrix.flatMap(({ STACK }) => STACK) ?? []),
];
/** What a script calls of ours: a name of package.json with its options. */
const calls = scripts.flatMap(([where, text]) =>
  [...text.matchAll(/npm run (?:-s )?([\w:]+)(?: -- ([^|&;)]*))?/g)].map(([, script = "", given = ""]) => ({
    where,
    script,
    options: [...given.matchAll(/(?<=^|\s|\()--[\w-]+/g)].map(([option]) => option),
  })),
);

describe("the workflows", () => {
  it("are for previews, deployments and nightly checks, on GitHub and GitLab, and for tests", () => {
    expect(workflows.map(([file]) => file)).toEqual(["drift.yml", "preview.yml", "test.yml", "up.yml"]);
    expect(Object.keys(gitlab)).toEqual(expect.arrayContaining(["preview", "up", "drift"]));
    expect(scripts.length).toBeGreaterThan(10);
  });

  it("know the stacks of this repository", () => {
    expect(new Set(stacks)).toEqual(new Set(["dev", "prod", "airgap", "cluster"]));
    for (const stack of stacks) expect(knownStacks()).toContain(stack);
  });

  it.each(scripts)("have scripts that a shell can read (%s)", (_, text) => {
    const { status, stderr } = spawnSync("bash", ["-n"], { input: text, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it.each(scripts)("name files that are there (%s)", (_, text) => {
    const made = /^policies\/dist\//;
    for (const [file] of text.matchAll(/(?<=\s)(?:policies|tools|stacks)\/[\w./-]+/g)) {
      if (!made.test(file)) expect(existsSync(join(projectDirectory, file)), file).toBe(true);
    }
  });

  it("call commands that exist, with options that they have", () => {
    const known = (JSON.parse(read("package.json")) as { scripts: Record<string, string> }).scripts;
    expect(calls.length).toBeGreaterThan(8);
    for (const { where, script } of calls) expect(Object.keys(known), where).toContain(script);
    for (const [script, of] of Map.groupBy(calls, (call) => call.script)) {
      const command = known[script]?.split(" ").at(-1) ?? "";
      const usage = execFileSync(process.execPath, [command, "--help"], { cwd: projectDirectory, encoding: "utf8" });
      for (const { where, options } of of) {
        for (const option of options) expect(usage, `${where}: ${script} ${option}`).toContain(option);
      }
    }
  }, 60_000);

  it("set each variable that their scripts read", () => {
    const given = /^(?:PATH|RUNNER_TEMP|GITHUB_\w+)$/;
    for (const [file, run, env] of github) {
      const own = new Set([...run.matchAll(/^\s*(\w+)=/gm)].map(([, name]) => name));
      for (const [, name = ""] of run.matchAll(/\$\{?([A-Za-z_]\w*)/g)) {
        if (!given.test(name) && !own.has(name)) expect(Object.keys(env), `${file}: ${name}`).toContain(name);
      }
    }
  });

  it("put nothing that a stranger writes into a script's text", () => {
    for (const [file, run] of github) expect(run, file).not.toContain("${{");
  });
});

describe("the preview of a pull request", () => {
  const text = read(join(folder, "preview.yml"));

  it("has no secret and no way into an account, whoever sent it", () => {
    expect(text).not.toMatch(/secrets\.|vars\.|id-token|role-to-assume|pull_request_target|environment:/);
    expect(parse(text).permissions).toEqual({ contents: "read", "pull-requests": "write" });
    expect(JSON.stringify(gitlab.preview)).not.toMatch(/extends|BACKEND|TOKEN|id_tokens/);
  });
});

describe("the tests of a pull request", () => {
  const text = read(join(folder, "test.yml"));

  it("are what CI runs elsewhere", () => {
    const script = join(projectDirectory, ".ci", "run");
    expect(text).toMatch(/run: sudo .* \.ci\/run$/m);
    expect(() => accessSync(script, constants.X_OK)).not.toThrow();
  });

  it("have no secret and may change nothing, whoever sent it", () => {
    expect(text).not.toMatch(/secrets\.|vars\.|id-token|role-to-assume|pull_request_target|environment:/);
    expect(parse(text).permissions).toEqual({ contents: "read" });
  });
});

describe("deployments and nightly checks", () => {
  it.each(["up.yml", "drift.yml"])("keep state in a bucket, by a role of their environment (%s)", (file) => {
    const workflow = parse(read(join(folder, file))) as Workflow;
    for (const { env, environment, steps } of Object.values(workflow.jobs)) {
      expect(env?.PULUMI_BACKEND_URL).toMatch(/^\$\{\{ vars\.PULUMI_BACKEND_URL \}\}$/);
      expect(environment).toMatch(/^\$\{\{ matrix\.stack \}\}$/);
      const role = steps.find(({ uses }) => uses?.startsWith("aws-actions/configure-aws-credentials"));
      expect(role?.with).toHaveProperty("role-to-assume");
    }
    expect(workflow.permissions).toMatchObject({ "id-token": "write", contents: "read" });
  });

  it("encrypt a new stack with the environment's key, and go environment by environment", () => {
    const { jobs } = parse(read(join(folder, "up.yml"))) as Workflow & {
      jobs: Record<string, { strategy: { "max-parallel": number; "fail-fast": boolean } }>;
    };
    expect(jobs.up?.steps.some(({ run }) => run?.includes('--secrets-provider "$SECRETS_PROVIDER"'))).toBe(true);
    expect(jobs.up?.strategy).toMatchObject({
      "max-parallel": 1,
      "fail-fast": true,
      matrix: { stack: ["dev", "prod"] },
    });
  });

  it("change nothing at night", () => {
    const text = JSON.stringify((parse(read(join(folder, "drift.yml"))) as Workflow).jobs);
    expect(text).not.toMatch(/npm run up|pulumi (?:up|destroy|refresh|import)/);
  });
});
