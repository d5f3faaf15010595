import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectDirectory } from "../../../tools/engine/index.ts";
import { stackOf } from "../../support/plan.ts";
import { PulumiProgram } from "../../support/pulumi-program.ts";

/** Found nowhere but in the environment of whoever deploys. */
const planted = {
  AWS_ACCESS_KEY_ID: "canary-aws-id",
  AWS_SECRET_ACCESS_KEY: "canary-aws-secret",
  CLOUDFLARE_API_TOKEN: "canary-cloudflare",
  VAULT_TOKEN: "canary-vault",
  OPENAI_API_KEY: "sk-canary-openai",
};
const telling = [...Object.values(planted), "PRIVATE KEY-----"];
const found = (text: string): string[] => telling.filter((secret) => text.includes(secret));

let program: PulumiProgram;
beforeAll(async () => {
  program = await PulumiProgram.open(planted);
  const main = pathToFileURL(join(projectDirectory, "stacks", "main.ts")).href;
  program.write(`export { default } from ${JSON.stringify(main)};`);
  await program.run("config", "set", "--stack", "test", "stack", JSON.stringify(stackOf("dev")));
});
afterAll(() => program?.remove());

describe("secrets of whoever deploys a stack in AWS, and the authority's own keys", () => {
  it("are in no plan", async () => {
    const plan = join(program.directory, "plan.json");
    const { ok, output } = await program.preview("--save-plan", plan, "--diff");
    expect(ok, output).toBe(true);
    expect(found(output)).toEqual([]);
    expect(found(readFileSync(plan, "utf8"))).toEqual([]);
  });

  it("are in no state, though an update that breaks off has made real keys", async () => {
    const { ok, output } = await program.up("--continue-on-error");
    // The offline provider of AWS only plans.
    expect(ok).toBe(false);
    expect(found(output)).toEqual([]);
    const state = await program.exported();
    expect(state).toContain("tls:index/privateKey:PrivateKey");
    expect(found(state)).toEqual([]);
    const kept = readdirSync(join(program.directory, "state"), { recursive: true, withFileTypes: true });
    const files = kept.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) expect(found(readFileSync(file, "utf8"))).toEqual([]);
  });
});
