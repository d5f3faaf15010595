import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildPack, type PackName } from "../../../policies/build.ts";
import { ensureEngine, projectDirectory, silent } from "../../../tools/engine/index.ts";
import { finish, type Result } from "../../support/clone.ts";

const offline = ["aws", "cloudflare", "kubernetes", "tls"];

/** A small Pulumi project of its own with a pack, run by the real engine and offline providers. */
export class Project {
  readonly directory = mkdtempSync(join(tmpdir(), "hybrid-llm-policies-"));
  readonly pack = join(this.directory, "pack");
  #environment: NodeJS.ProcessEnv = {};

  static async create(pack: PackName): Promise<Project> {
    const project = new Project();
    await project.#prepare(pack);
    return project;
  }

  async #prepare(pack: PackName): Promise<void> {
    const engine = await ensureEngine(silent);
    await buildPack(pack, this.pack);
    const state = join(this.directory, "state");
    mkdirSync(state);
    symlinkSync(join(projectDirectory, "node_modules"), join(this.directory, "node_modules"));
    const plugins = offline.map((name) => ({ name, path: join(projectDirectory, "tools", "offline", name) }));
    this.#write("package.json", { type: "module" });
    this.#write("Pulumi.yaml", {
      name: "judged",
      main: "index.mjs",
      runtime: { name: "nodejs", options: { typescript: false } },
      plugins: { providers: plugins },
    });
    this.#write("Pulumi.test.yaml", {});
    this.#environment = {
      ...process.env,
      PATH: [join(projectDirectory, "node_modules", ".bin"), engine.binDirectory, process.env.PATH].join(":"),
      PULUMI_HOME: join(this.directory, "home"),
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    const made = await this.pulumi("stack", "init", "test");
    if (made.code !== 0) throw new Error(made.stderr);
  }

  /**
   * Sets the program: the body of a function with `pulumi`, `provider(package, inputs)`, `component(type, name, inputs)`
   * and `resource(type, name, inputs, opts)`.
   */
  program(body: string): void {
    writeFileSync(
      join(this.directory, "index.mjs"),
      `import * as pulumi from "@pulumi/pulumi";
class Provider extends pulumi.ProviderResource {}
class Component extends pulumi.ComponentResource {
  constructor(type, name, inputs, opts) {
    super(type, name, inputs, opts);
    this.registerOutputs({});
  }
}
const provider = (name, inputs) => new Provider(name, name, inputs);
const component = (type, name, inputs, opts) => new Component(type, name, inputs, opts);
const resource = (type, name, inputs, opts) => new pulumi.CustomResource(type, name, inputs, opts);
${body}
`,
    );
  }

  /** A preview with the pack as a folder, or as the executable in it. */
  preview({ config, executable = false }: { config?: object; executable?: boolean } = {}): Promise<Result> {
    const pack = executable ? join(this.pack, "pack") : this.pack;
    return this.pulumi("preview", "-s", "test", "--policy-pack", pack, ...this.#configured(config));
  }

  up(...more: string[]): Promise<Result> {
    return this.pulumi("up", "-s", "test", "--yes", ...more);
  }

  analyze(): Promise<Result> {
    return this.pulumi("policy", "analyze", "-s", "test", "--policy-pack", this.pack);
  }

  pulumi(...args: string[]): Promise<Result> {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: this.directory,
      env: this.#environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    return finish(child);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #configured(config: object | undefined): string[] {
    if (!config) return [];
    this.#write("pack-config.json", config);
    return ["--policy-pack-config", join(this.directory, "pack-config.json")];
  }

  #write(file: string, value: object): void {
    // JSON is YAML.
    writeFileSync(join(this.directory, file), JSON.stringify(value));
  }
}
