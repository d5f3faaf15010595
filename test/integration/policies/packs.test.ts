import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { buildPack } from "../../../policies/build.ts";
import { projectDirectory } from "../../../tools/engine/index.ts";
import { Project } from "./support.ts";

let project: Project;
afterEach(() => project.remove());

const digest = `sha256:${"a".repeat(64)}`;
const deployment = (image: string, more = "") => `
resource("kubernetes:apps/v1:Deployment", "site-app", {
  apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "app", namespace: "llm" },
  spec: { selector: { matchLabels: { a: "b" } }, template: { metadata: { labels: { a: "b" } }, spec: { containers: [{
    name: "app", image: ${image},
    resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "64Mi" } },
    securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false },
    ${more}
  }] } } },
}, own);`;

describe("the security pack in the real engine", () => {
  it("lets a sound plan pass, and stops each fault at its resource, unknowns too", async () => {
    project = await Project.create("security");
    const start = `
const tls = provider("tls", {});
const kubernetes = provider("kubernetes", { renderYamlToDirectory: "rendered" });
const site = component("hybrid-llm:region:Site", "site", { region: "site-a", production: true }, { providers: { tls, kubernetes } });
const own = { parent: site };
const key = resource("tls:index/privateKey:PrivateKey", "site-key", { algorithm: "ED25519" }, own);`;
    project.program(`${start}${deployment(`"registry.example.com/app@${digest}"`)}`);
    const sound = await project.preview();
    expect(sound.stdout).toContain("✅ hybrid-llm-security");
    expect(sound.code).toBe(0);

    project.program(
      `${start}${deployment("key.id", `env: [{ name: "API_TOKEN", value: "hunter2hunter2" }],`)}
resource("kubernetes:karpenter.sh/v1:NodePool", "site-pool", {
  apiVersion: "karpenter.sh/v1", kind: "NodePool", metadata: { name: "gpu" }, spec: { limits: { "nvidia.com/gpu": key.id } },
}, own);`,
    );
    const { code, stdout } = await project.preview();
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/\[mandatory\] +images-by-digest/);
    expect(stdout).toContain("the image of app is not known before the deployment");
    expect(stdout).toMatch(/\[mandatory\] +no-plaintext-secret/);
    expect(stdout).not.toContain("hunter2");
    expect(stdout).toMatch(/\[mandatory\] +gpu-limit/);
    expect(stdout).not.toContain("resource-limits");
  });
});

describe("the sovereignty pack in the real engine", () => {
  it("stops what reaches out of an air-gapped stack", async () => {
    project = await Project.create("sovereignty");
    const start = `
const kubernetes = provider("kubernetes", { renderYamlToDirectory: "rendered" });
const site = component("hybrid-llm:region:Site", "site", { region: "site-a", airgapped: true, registryMirror: "registry.internal" }, { providers: { kubernetes } });
const own = { parent: site };`;
    project.program(
      `${start}${deployment(`"docker.io/app@${digest}"`)}
const aws = provider("aws", { region: "us-east-1" });
resource("aws:s3/bucket:Bucket", "bucket", {}, { provider: aws });`,
    );
    const { code, stdout } = await project.preview();
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/\[mandatory\] +from-mirror/);
    expect(stdout).toMatch(/\[mandatory\] +no-cloud-provider/);
    expect(stdout).not.toContain("says-whether-airgapped");
  });
});

describe("a policy that fails", () => {
  it.each([
    ["at the end", `{ of: "plan", violations() { throw new Error("a broken rule"); } }`],
    [
      "at a resource",
      `{ of: "resource", applies: () => true, violations({ properties }) { return properties.none.more; } }`,
    ],
  ])("ends the preview and passes for no consent: %s", async (_, check) => {
    project = await Project.create("security");
    const entry = join(project.directory, "broken.ts");
    writeFileSync(
      entry,
      `import { servePack } from ${JSON.stringify(join(projectDirectory, "policies", "pack", "pack.ts"))};
      servePack({ name: "broken", description: "Fails.", policies: [
        { name: "broken", level: "advisory", reason: "It fails.", link: "none", fix: "mend it", check: ${check} },
      ] });`,
    );
    await buildPack("security", project.pack, entry);
    project.program(`component("hybrid-llm:region:Site", "site", { region: "site-a" });`);
    const { code, stdout, stderr } = await project.preview();
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain("the policy broken failed, so nothing is deployed");
  });
});
