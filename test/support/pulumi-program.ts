import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { prepareWorkspace, projectDirectory, silent, type Workspace } from "../../tools/engine/index.ts";

export interface Ran {
  readonly ok: boolean;
  readonly output: string;
}

/** A resource as an exported stack or a plan has it. */
export interface Registered {
  readonly urn: string;
  readonly id?: string;
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

const passphrase = "test";

/** A small Pulumi program in a folder of its own, run by the real engine with the project's own provider plugins. */
export class PulumiProgram {
  readonly directory = mkdtempSync(join(tmpdir(), "hybrid-llm-program-"));
  readonly workspace: Workspace;
  readonly #environment: NodeJS.ProcessEnv;

  private constructor(workspace: Workspace, environment: NodeJS.ProcessEnv) {
    this.workspace = workspace;
    const state = join(this.directory, "state");
    mkdirSync(state);
    symlinkSync(join(projectDirectory, "node_modules"), join(this.directory, "node_modules"));
    writeFileSync(
      join(this.directory, "Pulumi.yaml"),
      "name: small\nruntime: { name: nodejs, options: { typescript: false } }\nmain: main.js\n",
    );
    writeFileSync(join(this.directory, "package.json"), '{ "type": "module" }\n');
    this.#environment = {
      ...process.env,
      ...workspace.variables,
      PULUMI_BACKEND_URL: pathToFileURL(state).href,
      PULUMI_CONFIG_PASSPHRASE: passphrase,
      ...environment,
    };
    delete this.#environment.PULUMI_CONFIG_PASSPHRASE_FILE;
  }

  /** @param environment in addition, for the engine, the program and the plugins */
  static async open(environment: NodeJS.ProcessEnv = {}): Promise<PulumiProgram> {
    const program = new PulumiProgram(await prepareWorkspace(silent), environment);
    await program.run("stack", "init", "test");
    return program;
  }

  /** The text of the program, as JavaScript. */
  write(text: string): void {
    writeFileSync(join(this.directory, "main.js"), text);
  }

  run(...args: string[]): Promise<Ran> {
    const command = join(this.workspace.engine.binDirectory, "pulumi");
    const options = { cwd: this.directory, env: this.#environment, maxBuffer: 64 << 20 };
    return new Promise((resolve) => {
      execFile(command, ["--non-interactive", ...args], options, (error, stdout, stderr) =>
        resolve({ ok: error === null, output: stdout + stderr }),
      );
    });
  }

  preview = (...args: string[]): Promise<Ran> => this.run("preview", "--stack", "test", ...args);
  up = (...args: string[]): Promise<Ran> => this.run("up", "--stack", "test", "--yes", "--skip-preview", ...args);
  refresh = (): Promise<Ran> => this.run("refresh", "--stack", "test", "--yes", "--skip-preview");
  destroy = (): Promise<Ran> => this.run("destroy", "--stack", "test", "--yes", "--skip-preview");

  /** The state as it is kept, secrets encrypted. */
  async exported(): Promise<string> {
    return (await this.run("stack", "export", "--stack", "test")).output;
  }

  /** What a preview registers, as the engine tells it. */
  async planned(): Promise<readonly Registered[]> {
    const { output } = await this.preview("--json");
    const { steps } = JSON.parse(output) as { steps: readonly { newState?: Registered }[] };
    return steps.flatMap(({ newState }) => (newState === undefined ? [] : [newState]));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
